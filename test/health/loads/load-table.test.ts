import { describe, expect, it } from 'vitest';
import type { MeasuredLoad } from '../../../src/config/policy-model.ts';
import { LoadTable } from '../../../src/health/loads/load-table.ts';
import type { NumberRead } from '../../../src/health/values/value.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { Random } from '../../../src/runtime/random.ts';
import { FakeClock } from '../../scenarios/fake-clock.ts';

function source(name: string, everyMs = 10_000, keepMs = 60_000): MeasuredLoad {
  return { kind: 'json', url: `http://192.0.2.1/${name}`, query: 'load', everyMs, keepMs };
}

/** A table whose sources answer what the test says. */
class World {
  readonly clock = new FakeClock();
  readonly asked: { readonly url: string; readonly atMs: number; readonly signal: AbortSignal }[] = [];
  readonly readings: string[] = [];
  readonly faults: [string, string | undefined][] = [];
  answer: (source: MeasuredLoad) => Promise<NumberRead> = () => Promise.resolve({ ok: true, value: 1 });
  readonly table = new LoadTable({
    clock: this.clock,
    random: new Random(1),
    read: (asked, signal) => {
      this.asked.push({ url: asked.url, atMs: this.clock.monotonicMs(), signal });
      return this.answer(asked);
    },
    onReading: ({ url }) => this.readings.push(url),
    tell: ({ url }, fault) => this.faults.push([url.slice(-1), fault]),
  });
}

describe('LoadTable', () => {
  it('reads at once, then between nine tenths of the interval and the whole of it', async () => {
    const world = new World();
    const beganMs = world.clock.monotonicMs();
    world.table.update([source('a')]);
    await world.clock.advance(300_000);
    const times = world.asked.map(({ atMs }) => atMs);
    expect(times[0]).toBe(beganMs);
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9_000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10_001);
    expect(new Set(gaps.map((gap) => Math.round(gap / 100))).size).toBeGreaterThan(5);
    expect(world.readings).toHaveLength(world.asked.length);
  });

  it('tells of the first failure of a row and of its end', async () => {
    const world = new World();
    const gone: NumberRead = { ok: false, reason: 'no answer' };
    world.table.update([source('a')]);
    await world.clock.advance(30_000);
    world.answer = () => Promise.resolve(gone);
    await world.clock.advance(30_000);
    expect(world.table.faultOf(source('a'))).toBe('no answer');
    world.answer = () => Promise.resolve({ ok: true, value: 2 });
    await world.clock.advance(30_000);
    expect(world.faults).toEqual([
      ['a', 'no answer'],
      ['a', undefined],
    ]);
    expect(world.table.faultOf(source('a'))).toBeUndefined();
  });

  it('reads a source that several name once, as often as the most eager wants', async () => {
    const world = new World();
    world.table.update([source('a', 60_000), source('a', 10_000), source('a', 30_000)]);
    await world.clock.advance(60_000);
    expect(world.asked.length).toBeGreaterThanOrEqual(6);
    expect(world.asked.length).toBeLessThanOrEqual(7);
  });

  it('keeps a value over failures, until it is older than it may be', async () => {
    const world = new World();
    const asked = source('a', 10_000, 25_000);
    world.table.update([asked]);
    expect(world.table.loadOf(asked)).toBeUndefined();
    world.answer = () => Promise.resolve({ ok: true, value: 42 });
    await world.clock.advance(0);
    world.answer = () => Promise.resolve({ ok: false, reason: 'gone' });
    expect(world.table.loadOf(asked)).toEqual({ value: 42, ageMs: 0, reading: 1 });
    await world.clock.advance(25_000);
    expect(world.table.loadOf(asked)).toEqual({ value: 42, ageMs: 25_000, reading: 1 });
    expect(world.table.reports()).toEqual([
      { source: asked, load: { value: 42, ageMs: 25_000, reading: 1 }, error: 'gone' },
    ]);
    await world.clock.advance(1);
    expect(world.table.loadOf(asked)).toBeUndefined();
    expect(world.table.loadOf({ ...asked, keepMs: 60_000 })?.value).toBe(42);
    world.answer = () => Promise.resolve({ ok: true, value: 43 });
    await world.clock.advance(10_000);
    expect(world.table.loadOf(asked)).toMatchObject({ value: 43, reading: 2 });
    expect(world.table.reports()[0]!.error).toBeUndefined();
  });

  it('a slow source is not asked again before it has answered', async () => {
    const world = new World();
    const answers: ((read: NumberRead) => void)[] = [];
    world.answer = () => new Promise((resolve) => answers.push(resolve));
    world.table.update([source('a')]);
    await world.clock.advance(100_000);
    expect(world.asked).toHaveLength(1);
    answers[0]!({ ok: true, value: 1 });
    await world.clock.advance(1);
    expect(world.asked).toHaveLength(2);
  });

  it('never reads more at once than it may, and none is forgotten', async () => {
    const world = new World();
    const waiting: ((read: NumberRead) => void)[] = [];
    world.answer = () => new Promise((resolve) => waiting.push(resolve));
    const count = 3 * limits.loadsAtOnce;
    world.table.update(Array.from({ length: count }, (_, i) => source(`s${i}`, 3_600_000)));
    for (let round = 0; round < 3; round++) {
      await world.clock.advance(1);
      expect(waiting).toHaveLength(limits.loadsAtOnce);
      for (const answer of waiting.splice(0)) answer({ ok: true, value: 1 });
    }
    await world.clock.advance(1);
    expect(new Set(world.asked.map(({ url }) => url)).size).toBe(count);
  });

  it('a new config: what stays goes on undisturbed, what goes is ended and says nothing more', async () => {
    const world = new World();
    world.table.update([source('a'), source('b')]);
    await world.clock.advance(5_000);
    const before = world.asked.length;
    let late: (read: NumberRead) => void = () => {};
    world.answer = () =>
      new Promise((resolve) => {
        late = resolve;
      });
    world.table.update([source('a'), source('c')]);
    await world.clock.advance(1);
    expect(world.asked.slice(before).map(({ url }) => url)).toEqual([source('c').url]);
    expect(world.table.loadOf(source('a'))?.value).toBe(1);
    expect(world.table.loadOf(source('b'))).toBeUndefined();
    const said = world.readings.length;
    world.table.update([source('a')]);
    expect(world.asked.at(-1)!.signal.aborted).toBe(true);
    late({ ok: true, value: 9 });
    await world.clock.advance(0);
    expect(world.readings).toHaveLength(said);
    expect(world.table.loadOf(source('c'))).toBeUndefined();
  });

  it('stops', async () => {
    const world = new World();
    world.table.update([source('a'), source('b')]);
    await world.clock.advance(0);
    world.table.stop();
    const asked = world.asked.length;
    await world.clock.advance(100_000);
    expect(world.asked).toHaveLength(asked);
    expect(world.table.reports()).toEqual([]);
  });
});
