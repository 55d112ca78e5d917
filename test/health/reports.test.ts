import { afterEach, describe, expect, it } from 'vitest';
import type { CombinedCheck, PushCheck } from '../../src/config/check-model.ts';
import type { Monitor } from '../../src/config/model.ts';
import { createHealthChecker, type HealthChecker } from '../../src/health/checker.ts';
import { createProbes } from '../../src/health/probes/network.ts';
import type { Probes } from '../../src/health/probes/probe.ts';
import { Reports } from '../../src/health/reports.ts';
import { Random } from '../../src/runtime/random.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';
import { config, monitor, pool } from './world.ts';

const push: PushCheck = { type: 'push', port: 0, staleMs: 60_000 };
const reported: Monitor = { ...monitor, name: 'ci', check: push };
const twoPools = config(pool('app', ['192.0.2.1', '192.0.2.2'], reported), pool('web', ['192.0.2.3']));

let checker: HealthChecker | undefined;
afterEach(() => checker?.stop());

/** The real probes over a fake clock: reported health needs no network. */
function world(own: Partial<Probes> = {}): { clock: FakeClock; checker: HealthChecker } {
  const clock = new FakeClock();
  const reports = new Reports(clock);
  checker = createHealthChecker({
    clock,
    random: new Random(7),
    reports,
    probes: Object.assign(createProbes(reports), own),
    onDoubt: () => {},
    onOwnFault: () => {},
    onSelf: () => {},
    onChange: () => {},
    onProbe: () => {},
    onCertificate: () => {},
  });
  return { clock, checker };
}

const app = config(pool('app', ['192.0.2.1', '192.0.2.2'], reported));
const up = { status: 'up', reason: undefined } as const;
const down = { status: 'down', reason: 'deploy\nfailed' } as const;

describe('reported health', () => {
  it('is unknown before the first report, up at once with it, and each endpoint has its own', async () => {
    const { clock, checker } = world();
    const started = checker.start(app, []);
    await clock.advance(2_000);
    await started;
    expect(checker.stateOf(0, 0)).toMatchObject({
      state: 'unknown',
      lastReason: expect.stringMatching(/^no report yet, for [0-2] s$/),
    });
    expect(checker.report('app', 'e0', up)).toBe(true);
    await clock.advance(50);
    expect(checker.stateOf(0, 0).state).toBe('up');
    expect(checker.stateOf(0, 1).state).toBe('unknown');
  });

  it('goes down by a report after as many looks as `fall` wants, and says why', async () => {
    const { clock, checker } = world();
    void checker.start(app, []);
    checker.report('app', 'e0', up);
    await clock.advance(1_000);
    checker.report('app', 'e0', down);
    const tookMs = await clock.until(() => checker.stateOf(0, 0).state === 'down', 5_000);
    expect(tookMs).toBeLessThan(2_500);
    expect(checker.stateOf(0, 0).lastReason).toBe('reported down: deploy failed');
  });

  it('is looked at anew when it comes while a slower part is being probed', async () => {
    const { clock, checker } = world({
      tcp: () =>
        new Promise((resolve) => {
          clock.setTimer(() => resolve({ ok: true, code: 'success', durationMs: 1_000 }), 1_000);
        }),
    });
    const slow = {
      ...{ name: 'slow', source: undefined },
      check: { type: 'tcp', port: 80, send: undefined, expect: undefined },
    } as const;
    const both: CombinedCheck = {
      type: 'all-of',
      port: undefined,
      need: 2,
      parts: [slow, { name: 'ci', source: undefined, check: push }],
    };
    const rules = { ...reported, intervalMs: 30_000, fall: 1, check: both };
    void checker.start(config(pool('app', ['192.0.2.1'], rules)), []);
    checker.report('app', 'e0', up);
    await clock.advance(10_000);
    expect(checker.stateOf(0, 0).state).toBe('up');
    // Its report is read before this one, its other part ends after it.
    checker.report('app', 'e0', up);
    await clock.advance(300);
    checker.report('app', 'e0', down);
    await clock.advance(2_000);
    expect(checker.stateOf(0, 0).state).toBe('down');
  });

  it('goes down when reports stop', async () => {
    const { clock, checker } = world();
    void checker.start(app, []);
    checker.report('app', 'e0', up);
    await clock.advance(59_000);
    expect(checker.stateOf(0, 0).state).toBe('up');
    const tookMs = await clock.until(() => checker.stateOf(0, 0).state === 'down', 20_000);
    expect(tookMs).toBeLessThan(14_000);
    expect(checker.stateOf(0, 0).lastReason).toMatch(/^no report for \d+ s, wanted one within 60 s$/);
    expect(checker.stateOf(0, 1).state).toBe('down');
  });

  it('is taken for endpoints whose monitor waits for it, and for no others', () => {
    const { checker } = world();
    void checker.start(twoPools, []);
    for (const [poolName, endpoint] of [
      ['web', 'e0'],
      ['app', 'e9'],
      ['none', 'e0'],
      ['__proto__', 'e0'],
    ] as const)
      expect(checker.report(poolName, endpoint, up)).toBe(false);
    expect(checker.report('app', 'e1', up)).toBe(true);
  });

  it('is kept over a reload for endpoints that stay, and forgotten for those that leave', async () => {
    const { clock, checker } = world();
    void checker.start(app, []);
    checker.report('app', 'e0', up);
    checker.report('app', 'e1', up);
    await clock.advance(100);
    checker.update(config(pool('app', ['192.0.2.1'], reported)));
    await clock.advance(20_000);
    expect(checker.stateOf(0, 0).state).toBe('up');
    checker.update(app);
    await clock.advance(100);
    expect(checker.stateOf(0, 1).lastReason).toMatch(/^no report yet/);
  });

  it('can be a part of a combination', async () => {
    const parts = [{ name: 'ci', source: undefined, check: push }];
    const check: CombinedCheck = { type: 'all-of', port: 0, need: 1, parts };
    const { clock, checker } = world();
    void checker.start(config(pool('app', ['192.0.2.1'], { ...reported, check })), []);
    expect(checker.report('app', 'e0', up)).toBe(true);
    await clock.advance(50);
    expect(checker.stateOf(0, 0).state).toBe('up');
  });
});
