import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LatencyRule } from '../../src/config/model.ts';
import { judgeLatency, type Latencies, noLatencies, slowReason } from '../../src/health/latency.ts';
import { config, monitor, pool, World } from './world.ts';

const rule: LatencyRule = { p95Ms: 300, window: 20, verdict: 'degraded' };

function latenciesOf(
  by: LatencyRule,
  durations: readonly (number | undefined)[],
  from = noLatencies,
): Latencies {
  return durations.reduce((latencies, ms) => judgeLatency(latencies, by, ms), from);
}

const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

describe('judgeLatency', () => {
  it.each<[string, (number | undefined)[], boolean, number | undefined]>([
    ['says nothing of too few results', times(19, 900), false, undefined],
    ['a full window of slow ones', times(20, 301), true, 301],
    ['the bound itself is well', times(20, 300), false, 300],
    ['one in twenty may be slow', [...times(19, 20), 5_000], false, 20],
    ['two are too many', [...times(18, 20), 5_000, 5_000], true, 5_000],
    ['failed ones take room but no time', [...times(10, undefined), ...times(10, 400)], true, 400],
    ['of failed ones alone nothing is known', times(20, undefined), false, undefined],
    ['between 80 % and the bound it stays slow', [...times(20, 400), ...times(20, 241)], true, 241],
    ['and so at 80 %', [...times(20, 400), ...times(20, 240)], true, 240],
    ['below it is well', [...times(20, 400), ...times(20, 239)], false, 239],
    ['while nothing succeeds it stays slow', [...times(20, 400), ...times(40, undefined)], true, undefined],
    ['what is before the window is forgotten', [...times(20, 20), ...times(20, 400)], true, 400],
  ])('%s', (_, durations, slow, p95Ms) => {
    expect(latenciesOf(rule, durations)).toMatchObject({ slow, p95Ms });
  });

  it('tells why in one line', () => {
    expect(slowReason(latenciesOf(rule, times(20, 412.4)), rule)).toBe(
      'the 95th percentile of the last 20 probes is 412 ms, wanted 300 ms at most',
    );
  });

  const duration = fc.option(fc.integer({ min: 0, max: 1_000 }), { nil: undefined });
  const rules = fc.record({
    p95Ms: fc.integer({ min: 1, max: 900 }),
    window: fc.integer({ min: 5, max: 40 }),
    verdict: fc.constantFrom('degraded' as const, 'down' as const),
  });

  it('remembers no more than the window, and depends on nothing before it but whether it was slow', () => {
    fc.assert(
      fc.property(rules, fc.array(duration, { maxLength: 120 }), fc.boolean(), (by, history, slow) => {
        const whole = latenciesOf(by, history, { ...noLatencies, slow });
        expect(whole.durations).toEqual(history.slice(-by.window));
        if (history.length < by.window + 1) return;
        const before = latenciesOf(by, history.slice(0, -1), { ...noLatencies, slow });
        const last = latenciesOf(by, history.slice(-by.window), { ...noLatencies, slow: before.slow });
        // The window fills before the last result, so that only the last one is judged.
        expect(last.p95Ms).toBe(whole.p95Ms);
        expect(last.slow).toBe(whole.slow);
      }),
    );
  });

  it('is slow above the bound, not slow below 80 % of it, and otherwise what it was', () => {
    fc.assert(
      fc.property(rules, fc.array(duration, { minLength: 1, maxLength: 200 }), (by, history) => {
        let latencies = noLatencies;
        for (const ms of history) {
          const next = judgeLatency(latencies, by, ms);
          const { p95Ms } = next;
          if (p95Ms === undefined) expect(next.slow).toBe(latencies.slow);
          else if (p95Ms > by.p95Ms) expect(next.slow).toBe(true);
          else if (p95Ms < 0.8 * by.p95Ms) expect(next.slow).toBe(false);
          else expect(next.slow).toBe(latencies.slow);
          latencies = next;
        }
      }),
    );
  });
});

describe('an endpoint under a rule for latencies', () => {
  it.each(['degraded', 'down'] as const)(
    'is %s while it is slow, and up again once it is not',
    async (verdict) => {
      const world = new World();
      const by = { ...monitor, intervalMs: 1_000, timeoutMs: 1_000, latency: { ...rule, verdict } };
      world.checker.start(config(pool('app', ['192.0.2.1'], by)), []);
      await world.clock.advance(30_000);
      expect(world.states(0, 1)).toEqual(['up']);
      world.network.latencyMs = 400;
      await world.clock.advance(21_000);
      expect(world.states(0, 1)).toEqual([verdict]);
      expect(world.changes.at(-1)).toMatchObject({
        ...{ from: 'up', to: verdict, firstFailureAt: undefined },
        reason: 'the 95th percentile of the last 20 probes is 400 ms, wanted 300 ms at most',
      });
      world.network.latencyMs = 250;
      await world.clock.advance(60_000);
      expect(world.states(0, 1)).toEqual([verdict]);
      world.network.latencyMs = 100;
      await world.clock.advance(21_000);
      expect(world.states(0, 1)).toEqual(['up']);
      expect(world.changes).toHaveLength(3);
    },
  );

  it('stays degraded over a restart, and under another rule, until its window says something', async () => {
    const world = new World();
    const by = { ...monitor, intervalMs: 1_000, timeoutMs: 1_000, latency: rule };
    const slow = config(pool('app', ['192.0.2.1'], by));
    world.network.latencyMs = 400;
    world.checker.start(slow, []);
    await world.clock.advance(30_000);
    const remembered = world.checker.remember();
    expect(remembered).toMatchObject([{ state: 'degraded' }]);
    const next = new World();
    next.checker.start(slow, remembered);
    expect(next.states(0, 1)).toEqual(['degraded']);
    await next.clock.advance(2_000);
    expect(next.states(0, 1)).toEqual(['degraded']);
    await next.clock.advance(60_000);
    expect(next.states(0, 1)).toEqual(['up']);
    const other = { ...by, latency: { ...rule, window: rule.window + 1 } };
    world.checker.update(config(pool('app', ['192.0.2.1'], other)));
    expect(world.states(0, 1)).toEqual(['degraded']);
  });

  it('leaves as any other when it dies', async () => {
    const world = new World();
    const by = { ...monitor, intervalMs: 1_000, timeoutMs: 1_000, latency: rule };
    world.checker.start(config(pool('app', ['192.0.2.1'], by)), []);
    world.network.latencyMs = 400;
    await world.clock.advance(30_000);
    world.network.set('192.0.2.1', 'refuses');
    await world.clock.advance(5_000);
    expect(world.states(0, 1)).toEqual(['down']);
  });
});
