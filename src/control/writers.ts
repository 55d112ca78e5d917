import type { SingleWriter } from '../config/policy-model.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import {
  advanceWriter,
  answeredOwner,
  forgetOwner,
  nextTickMs,
  restartWriter,
  type WriterEffect,
  type WriterEvent,
  type WriterRecord,
  type WriterRules,
  type WriterState,
} from '../steering/single-writer.ts';
import type { FenceCall } from './fence.ts';
import type { WriterStore } from './writer-store.ts';

export interface WritersParts {
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Resolves with why it is not confirmed. */
  readonly callFence: (
    fence: NonNullable<SingleWriter['fence']>,
    call: FenceCall,
    stop: AbortSignal,
  ) => Promise<string | undefined>;
  /** The oldest generation that a worker still answers from. */
  readonly oldestInUse: () => number;
  /** Answers are to change. */
  readonly onChange: () => void;
}

/** A policy that is a single writer. */
export interface WriterPolicy {
  readonly name: string;
  /** Whose endpoints and regions the names of owners are. */
  readonly pool: string;
  /** For how long yet caches may hold what configs before answered its names with; by `but` does not count. */
  readonly cachedSeconds: (but?: string) => number;
  readonly ttl: { readonly maxSeconds: number };
  readonly singleWriter: SingleWriter;
}

/** How often it is looked whether workers have taken up the snapshot without the old owner. */
const WITHDRAW_POLL_MS = 50;

/** Runs the state machines of all single writers: gives them time, the disk and the fences. */
export class Writers {
  private readonly parts: WritersParts;
  private store: WriterStore | undefined;
  private machines = new Map<string, Machine>();
  private timer: Timer | undefined;
  private readonly stopping = new AbortController();

  constructor(parts: WritersParts) {
    this.parts = parts;
  }

  /** Where records are; until then nothing can be stored, so nobody is promoted. */
  open(store: WriterStore): void {
    this.store = store;
  }

  /** Takes over the single writers of a new config. What is none any more leaves nothing behind that could be believed. */
  take(policies: readonly WriterPolicy[]): void {
    const before = this.machines;
    this.machines = new Map();
    for (const policy of policies) {
      const rules = rulesOf(policy);
      const known = before.get(policy.name);
      before.delete(policy.name);
      const state = this.stateAtFirst(policy, rules, known);
      this.machines.set(policy.name, { policy, rules, state, problem: undefined, withdrawnAt: undefined });
    }
    for (const name of before.keys()) void this.store?.save(name, undefined);
  }

  private stateAtFirst(policy: WriterPolicy, rules: WriterRules, known: Machine | undefined): WriterState {
    if (known !== undefined) {
      this.warnOfOthers(policy);
      if (known.policy.pool === policy.pool) return known.state;
      this.parts.log.warn(
        { policy: policy.name },
        `${policy.name}: its owner was one of another pool; nobody is answered until its answers have run out`,
      );
      return forgetOwner(known.state, rules);
    }
    const record = this.store?.recordOf(policy.name);
    // Of another pool it tells no owner, but what may be in caches.
    const own = record?.pool === policy.pool ? record : record && { ...record, epoch: 0 };
    const freshEpoch = Math.floor(this.parts.clock.now() / 1_000);
    return restartWriter(own, rules, freshEpoch, policy.cachedSeconds());
  }

  /** To wait for names that came to it would take those away that it has. */
  private warnOfOthers({ name, cachedSeconds }: WriterPolicy): void {
    const seconds = cachedSeconds(name);
    if (seconds === 0) return;
    const text = `${name}: names came to it that other policies answered; caches may hold others than its owner for ${seconds} s`;
    this.parts.log.warn({ policy: name }, text);
  }

  /** Tells who is wanted; the state says whom answers may name. */
  want(name: string, owner: string | undefined): WriterState {
    const machine = this.machines.get(name)!;
    if (machine.state.wanted !== owner || machine.state.move === undefined) {
      this.tell(machine, { kind: 'want', owner });
    }
    if (machine.state.move?.stage === 'withdraw') machine.withdrawnAt ??= 'next';
    this.arm();
    return machine.state;
  }

  stateOf(name: string): WriterState | undefined {
    return this.machines.get(name)?.state;
  }

  /** Why the newest store or fence of a move did not succeed. */
  problemOf(name: string): string | undefined {
    return this.machines.get(name)?.problem;
  }

  /** The snapshot made from the newest states is published. */
  published(generation: number): void {
    for (const machine of this.machines.values())
      if (machine.withdrawnAt === 'next') machine.withdrawnAt = generation;
    this.arm();
  }

  stop(): void {
    this.stopping.abort(new Error('the server stops'));
    this.timer?.cancel();
  }

  private tell(machine: Machine, event: WriterEvent): void {
    const before = machine.state;
    const { state, effects } = advanceWriter(before, event, machine.rules, this.parts.clock.monotonicMs());
    machine.state = state;
    if (state.move?.stage !== 'withdraw' || state.move.epoch !== before.move?.epoch)
      machine.withdrawnAt = undefined;
    this.report(machine, before);
    for (const effect of effects) void this.carryOut(machine, effect);
  }

  /** Something came back, or time has passed: what is answered may be another now. */
  private react(machine: Machine, event: WriterEvent): void {
    if (this.stopping.signal.aborted || this.machines.get(machine.policy.name) === undefined) return;
    const current = this.machines.get(machine.policy.name)!;
    const before = current.state;
    this.tell(current, event);
    this.arm();
    if (current.state !== before) this.parts.onChange();
  }

  private async carryOut(machine: Machine, effect: WriterEffect): Promise<void> {
    const { name } = machine.policy;
    if (effect.kind === 'store') {
      const problem = await this.save(name, effect.record);
      this.note(
        machine,
        problem,
        `${answeredOwner(machine.state) ?? 'nobody'} is answered until it is stored: `,
      );
      this.react(machine, { kind: 'stored', record: effect.record, ok: problem === undefined });
      return;
    }
    const { from, to, epoch } = effect;
    const { fence } = machine.policy.singleWriter;
    const call = { policy: name, from: from ?? null, to, epoch };
    const { signal } = this.stopping;
    const problem = fence === undefined ? undefined : await this.parts.callFence(fence, call, signal);
    if (signal.aborted) return;
    this.note(machine, problem, `the fence has not confirmed epoch ${epoch}: `);
    this.react(machine, { kind: 'fenced', epoch, ok: problem === undefined });
  }

  private async save(name: string, record: WriterRecord): Promise<string | undefined> {
    const { pool } = this.machines.get(name)!.policy;
    return this.store === undefined
      ? 'there is no state directory yet'
      : this.store.save(name, { ...record, pool });
  }

  /** The first failure of a row is told. */
  private note(machine: Machine, problem: string | undefined, what: string): void {
    const { name } = machine.policy;
    const current = this.machines.get(name);
    if (current === undefined) return;
    if (problem !== undefined && current.problem === undefined)
      this.parts.log.error({ policy: name }, `${name}: ${what}${problem}`);
    current.problem = problem;
  }

  private report({ policy: { name }, state }: Machine, before: WriterState): void {
    const { log } = this.parts;
    if (state.move !== undefined && state.move.to !== before.move?.to) {
      const { to, epoch } = state.move;
      log.warn({ policy: name, epoch }, `${name}: moves from ${state.owner ?? 'nobody known'} to ${to}`);
    } else if (state.move === undefined && before.move !== undefined) {
      log.info({ policy: name, epoch: state.epoch }, `${name}: ${state.owner} is the writer`);
    }
  }

  private arm(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.stopping.signal.aborted) return;
    const { clock } = this.parts;
    const nowMs = clock.monotonicMs();
    let dueMs: number | undefined;
    for (const { state, withdrawnAt } of this.machines.values()) {
      const ownMs = typeof withdrawnAt === 'number' ? nowMs + WITHDRAW_POLL_MS : nextTickMs(state);
      if (ownMs !== undefined && (dueMs === undefined || ownMs < dueMs)) dueMs = ownMs;
    }
    if (dueMs === undefined) return;
    this.timer = clock.setTimer(() => this.wake(), Math.max(1, Math.ceil(dueMs - nowMs)));
  }

  private wake(): void {
    const nowMs = this.parts.clock.monotonicMs();
    const oldest = this.parts.oldestInUse();
    for (const machine of this.machines.values()) {
      const { withdrawnAt, state } = machine;
      if (typeof withdrawnAt === 'number') {
        if (oldest >= withdrawnAt) this.react(machine, { kind: 'withdrawn', epoch: state.move?.epoch ?? 0 });
      } else if ((nextTickMs(state) ?? Number.POSITIVE_INFINITY) <= nowMs) {
        this.react(machine, { kind: 'tick' });
      }
    }
    this.arm();
  }
}

interface Machine {
  readonly policy: WriterPolicy;
  readonly rules: WriterRules;
  state: WriterState;
  problem: string | undefined;
  /** The generation that answers nobody: `next` until it is published. */
  withdrawnAt: number | 'next' | undefined;
}

function rulesOf({ ttl, singleWriter: { marginMs, fence } }: WriterPolicy): WriterRules {
  return { ttlSeconds: ttl.maxSeconds, marginMs, fence: fence && { giveUpMs: fence.giveUpMs } };
}
