import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  advanceWriter,
  answeredOwner,
  nextTickMs,
  restartWriter,
  type WriterEffect,
  type WriterEvent,
  type WriterRecord,
  type WriterRules,
  type WriterState,
} from '../../src/steering/single-writer.ts';

const plain: WriterRules = { ttlSeconds: 20, marginMs: 5_000, fence: undefined };
const fenced: WriterRules = { ...plain, fence: { giveUpMs: undefined } };
const WINDOW = 25_000;

/** A machine at one policy: effects wait until the test says how they end. */
class Machine {
  state: WriterState;
  nowMs = 0;
  readonly effects: WriterEffect[] = [];
  private readonly rules: WriterRules;

  constructor(rules: WriterRules, record?: WriterRecord) {
    this.rules = rules;
    this.state = restartWriter(record, rules, 1_000);
  }

  tell(event: WriterEvent): this {
    const { state, effects } = advanceWriter(this.state, event, this.rules, this.nowMs);
    this.state = state;
    this.effects.push(...effects);
    return this;
  }

  want(owner: string | undefined): this {
    return this.tell({ kind: 'want', owner });
  }

  after(ms: number): this {
    this.nowMs += ms;
    return this.tell({ kind: 'tick' });
  }

  /** Ends the oldest effect. */
  end(ok = true): this {
    const effect = this.effects.shift()!;
    return effect.kind === 'store'
      ? this.tell({ kind: 'stored', record: effect.record, ok })
      : this.tell({ kind: 'fenced', epoch: effect.epoch, ok });
  }

  withdrawn(): this {
    return this.tell({ kind: 'withdrawn', epoch: this.state.lastEpoch });
  }

  get stage(): string {
    return this.state.move?.stage ?? 'serving';
  }

  get answered(): string | undefined {
    return answeredOwner(this.state);
  }
}

const a: WriterRecord = { owner: 'a', epoch: 7, lastEpoch: 7, ttlSeconds: 20 };

describe('a change of owner', () => {
  it('answers the old one until its successor is announced, nobody for a window, then the new one', () => {
    const machine = new Machine(plain, a).want('a');
    expect(machine.answered).toBe('a');
    machine.want('b');
    expect([machine.stage, machine.answered]).toEqual(['announce', 'a']);
    expect(machine.effects).toEqual([
      { kind: 'store', record: { owner: 'a', epoch: 7, lastEpoch: 8, ttlSeconds: 20 } },
    ]);
    machine.end();
    expect([machine.stage, machine.answered]).toEqual(['withdraw', undefined]);
    // Not before no worker answers it any more.
    machine.after(3_600_000);
    expect(machine.stage).toBe('withdraw');
    machine.withdrawn().after(WINDOW - 1);
    expect([machine.stage, machine.answered]).toEqual(['drain', undefined]);
    machine.after(1);
    expect(machine.effects).toEqual([
      { kind: 'store', record: { owner: 'b', epoch: 8, lastEpoch: 8, ttlSeconds: 20 } },
    ]);
    expect(machine.answered).toBeUndefined();
    machine.end();
    expect([machine.stage, machine.answered, machine.state.epoch]).toEqual(['serving', 'b', 8]);
  });

  it('stays with the owner where the announcement cannot be stored, and tries again', () => {
    const machine = new Machine(plain, a).want('b').end(false);
    expect([machine.answered, nextTickMs(machine.state)]).toEqual(['a', 1_000]);
    machine.after(1_000).end();
    expect(machine.stage).toBe('withdraw');
  });

  it('answers nobody after a commit that failed, not even the owner of before', () => {
    const machine = new Machine(plain, a).want('b').end().withdrawn().after(WINDOW).end(false);
    expect(machine.answered).toBeUndefined();
    machine.want('a');
    expect([machine.stage, machine.state.lastEpoch, machine.answered]).toEqual(['announce', 9, undefined]);
    // Its answers have run out long ago: there is nothing to wait for twice.
    machine.end().end();
    expect([machine.answered, machine.state.epoch]).toEqual(['a', 9]);
  });

  it('goes back at once while nobody else can know of it', () => {
    const machine = new Machine(plain, a).want('b').end().withdrawn().after(10_000).want('a');
    expect([machine.answered, machine.state.epoch]).toEqual(['a', 8]);
    expect(new Machine(plain, a).want('b').end().want(undefined).answered).toBe('a');
  });

  it('waits as long as the longest TTL that was ever answered', () => {
    const machine = new Machine(plain, { ...a, ttlSeconds: 600 }).want('b').end().withdrawn();
    expect(nextTickMs(machine.state)).toBe(605_000);
    const raised = new Machine({ ...plain, ttlSeconds: 60 }, a).want('a');
    expect(raised.state.ttlSeconds).toBe(20);
    raised.end();
    expect(raised.state.ttlSeconds).toBe(60);
  });
});

describe('a fence', () => {
  const asked = () => new Machine(fenced, a).want('b').end().withdrawn().after(WINDOW);

  it('is told the epoch, and has to confirm it', () => {
    const machine = asked();
    expect(machine.effects).toEqual([{ kind: 'fence', from: 'a', to: 'b', epoch: 8 }]);
    machine.end(false);
    expect([machine.stage, machine.answered]).toEqual(['fence', undefined]);
    machine.after(1_000).end().end();
    expect(machine.answered).toBe('b');
  });

  it('gets a higher epoch for another owner, the old one too', () => {
    const machine = asked().want('a');
    expect([machine.stage, machine.answered, machine.state.lastEpoch]).toEqual(['announce', undefined, 9]);
    // What it says of the epoch of before says nothing now.
    machine.tell({ kind: 'fenced', epoch: 8, ok: true });
    expect(machine.stage).toBe('announce');
    machine.effects.shift();
    machine.end();
    expect(machine.effects).toEqual([{ kind: 'fence', from: 'a', to: 'a', epoch: 9 }]);
  });

  it('is not waited for after `giveUpMs`', () => {
    const machine = new Machine({ ...plain, fence: { giveUpMs: 2_000 } }, a).want('b').end().withdrawn();
    machine.after(WINDOW).end(false).after(1_000).end(false);
    expect(machine.stage).toBe('fence');
    machine.after(1_000).end(false).end();
    expect(machine.answered).toBe('b');
  });
});

describe('after a restart', () => {
  it('answers the owner on disk, and drains a whole window before another', () => {
    const machine = new Machine(plain, a)
      .want('b')
      .end()
      .withdrawn()
      .after(WINDOW - 1);
    expect(machine.answered).toBeUndefined();
    expect(new Machine(plain, a).want('a').answered).toBe('a');
  });

  it('drains before anybody is answered when nothing is on disk, with an epoch above lost ones', () => {
    const machine = new Machine(plain).want('a');
    expect(machine.answered).toBeUndefined();
    machine
      .end()
      .withdrawn()
      .after(WINDOW - 1);
    expect(machine.answered).toBeUndefined();
    machine.after(1).end();
    expect([machine.answered, machine.state.epoch]).toEqual(['a', 1_000]);
  });

  it('asks the fence again about the owner when a move may have reached it', () => {
    const machine = new Machine(fenced, { ...a, lastEpoch: 8 }).want('a');
    expect([machine.stage, machine.answered, machine.state.lastEpoch]).toEqual(['announce', undefined, 9]);
  });
});

describe('whatever happens', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('want' as const), owner: fc.constantFrom('a', 'b', 'c', undefined) }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 500, 1_000, 10_000, 25_000) }),
    fc.record({ kind: fc.constant('end' as const), ok: fc.boolean(), lands: fc.boolean() }),
    fc.record({ kind: fc.constant('withdrawn' as const) }),
    fc.record({ kind: fc.constant('restart' as const) }),
  );

  // A cache holds what it was told for 20 s. A failed write may have landed; a restart knows what landed and no more.
  it.each([
    ['without a fence', plain],
    ['with one', fenced],
  ])('no two owners are in caches at once, and epochs rise, %s', (_, rules) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let machine = new Machine(rules);
        let disk: WriterRecord | undefined;
        const heldUntil = new Map<string, number>();
        let confirmed = 0;
        let fenceEpoch = 0;
        for (const one of steps) {
          if (one.kind === 'want') machine.want(one.owner);
          else if (one.kind === 'pass') machine.after(one.ms);
          else if (one.kind === 'withdrawn') machine.withdrawn();
          else if (one.kind === 'restart') {
            const { nowMs } = machine;
            machine = new Machine(rules, disk);
            machine.nowMs = nowMs;
          } else if (machine.effects[0] !== undefined) {
            const [effect] = machine.effects;
            if (effect!.kind === 'store' && (one.ok || one.lands)) disk = effect!.record;
            if (effect!.kind === 'fence') {
              expect(effect!.epoch).toBeGreaterThanOrEqual(fenceEpoch);
              fenceEpoch = effect!.epoch;
              if (one.ok) confirmed = effect!.epoch;
            }
            machine.end(one.ok);
          }
          const owner = machine.answered;
          if (owner === undefined) continue;
          expect(disk?.owner).toBe(owner);
          if (rules.fence !== undefined) expect(machine.state.epoch).toBeGreaterThanOrEqual(confirmed);
          for (const [other, untilMs] of heldUntil)
            if (other !== owner) expect(untilMs).toBeLessThanOrEqual(machine.nowMs);
          heldUntil.set(owner, machine.nowMs + 20_000);
        }
      }),
      { seed: 10, numRuns: 3_000 },
    );
  });
});
