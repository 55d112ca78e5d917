import { describe, expect, it } from 'vitest';
import type { CombinedCheck } from '../../../src/config/check-model.ts';
import { probeCombined } from '../../../src/health/probes/combined.ts';
import type { Probe, ProbeResult, Probes } from '../../../src/health/probes/probe.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';
import { tcpCheck } from './targets.ts';

type Behaviour =
  | 'well'
  | 'well, soon expired'
  | 'ill'
  | 'silent'
  | 'unreached'
  | 'unmade'
  | 'throws'
  | 'babbles';

const endings: Record<Exclude<Behaviour, 'silent' | 'throws'>, Omit<ProbeResult, 'durationMs'>> = {
  unreached: { ok: false, code: 'connect', reason: 'network unreachable', unreached: true },
  well: { ok: true, code: 'success', certificate: { expiresAtMs: 2_000 } },
  'well, soon expired': { ok: true, code: 'success', certificate: { expiresAtMs: 1_000 } },
  ill: { ok: false, code: 'status', reason: 'status 503' },
  unmade: { ok: false, code: 'error', reason: 'too many open files', ownFault: true },
  babbles: { ok: false, code: 'body', reason: 'x'.repeat(limits.probeReasonLength) },
};

/** Parts that behave by their address; `open` counts those that still run. */
function placeOf(need: number, behaviours: readonly Behaviour[]): Place {
  let open = 0;
  const probe: Probe<unknown> = async ({ address }, _, signal) => {
    open++;
    const behaviour = address as Behaviour;
    await new Promise<void>((resolve) => {
      if (behaviour !== 'silent' || signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    open--;
    if (behaviour === 'throws') throw new Error('bug');
    if (behaviour === 'silent')
      return { ok: false, code: 'timeout', reason: 'no answer within 9 ms', durationMs: 9 };
    return { ...endings[behaviour], durationMs: 1 };
  };
  const check: CombinedCheck = {
    type: 'n-of',
    port: 0,
    need,
    parts: behaviours.map((_, i) => ({
      name: `p${i}`,
      source: undefined,
      check: tcpCheck,
    })),
  };
  const parts = behaviours.map((address) => ({ address, port: 1, host: 'x' }));
  const target = { address: '192.0.2.1', port: 0, host: 'x', parts };
  return {
    probe: (signal) => probeCombined(() => ({ tcp: probe }) as unknown as Probes)(target, check, signal),
    open: () => open,
    close: async () => {},
  };
}

describeProbe('a combination', {
  well: async () => placeOf(2, ['well', 'well']),
  refusing: async () => placeOf(2, ['well', 'ill']),
  silent: undefined,
  babbling: async () => placeOf(3, ['babbles', 'babbles', 'babbles']),
});

describe('a combination', () => {
  const cases: [string, number, Behaviour[], ProbeResult['code'], string][] = [
    ['all of', 2, ['well', 'well'], 'success', ''],
    ['all of, one ill', 2, ['well', 'ill'], 'status', '1 of 2 failed, wanted 2 well: p1 (status 503)'],
    [
      'all of, one ill and one silent: ends without the silent one',
      2,
      ['silent', 'ill'],
      'status',
      '1 of 2 failed, wanted 2 well: p1 (status 503)',
    ],
    ['any of, one well and one silent: ends without the silent one', 1, ['silent', 'well'], 'success', ''],
    [
      'any of, all ill',
      1,
      ['ill', 'ill'],
      'status',
      '2 of 2 failed, wanted 1 well: p0 (status 503); p1 (status 503)',
    ],
    ['two of three', 2, ['well', 'ill', 'well'], 'success', ''],
    [
      'two of three, two ill',
      2,
      ['ill', 'well', 'ill'],
      'status',
      '2 of 3 failed, wanted 2 well: p0 (status 503); p2 (status 503)',
    ],
    [
      'a part that throws',
      1,
      ['throws'],
      'error',
      '1 of 1 failed, wanted 1 well: p0 (the probe itself failed: Error: bug)',
    ],
    [
      'a part that cannot be made',
      2,
      ['well', 'unmade'],
      'error',
      '1 of 2 failed, wanted 2 well: p1 (too many open files)',
    ],
    ['one that is not needed', 1, ['unmade', 'well'], 'success', ''],
    [
      'one that would change nothing',
      2,
      ['unmade', 'ill'],
      'status',
      '1 of 2 failed, wanted 2 well: p1 (status 503)',
    ],
  ];

  it.each(cases)('%s', async (_, need, behaviours, code, reason) => {
    const result = await visit(placeOf(need, behaviours), patientMs);
    expect(result.code).toBe(code);
    expect(result.reason ?? '').toBe(reason);
    expect(result.ownFault).toBe(reason.includes('open files') ? true : undefined);
  });

  it.each<[Behaviour[], true | undefined]>([
    [['unreached', 'unreached'], true],
    [['unreached', 'silent'], true],
    [['unreached', 'ill'], undefined],
  ])('%j: whether anybody was heard: %s', async (behaviours, unreached) => {
    const result = await visit(placeOf(1, behaviours), shortMs);
    expect(result).toMatchObject({ ok: false });
    expect(result.unreached).toBe(unreached);
  });

  it('tells of the certificate that expires first', async () => {
    const result = await visit(placeOf(3, ['well', 'well, soon expired', 'well']), patientMs);
    expect(result.certificate).toEqual({ expiresAtMs: 1_000 });
  });

  it.each<[string, number, Behaviour[], ProbeResult['code']]>([
    ['all silent', 2, ['silent', 'silent'], 'timeout'],
    ['one silent, as good as decided', 2, ['silent', 'well'], 'timeout'],
    ['one ill among silent ones', 1, ['silent', 'ill'], 'status'],
  ])('%s: ends at the deadline and names the parts', async (_, need, behaviours, code) => {
    const result = await visit(placeOf(need, behaviours), shortMs);
    expect(result.code).toBe(code);
    expect(result.reason).toContain('p0 (no answer within');
  });
});
