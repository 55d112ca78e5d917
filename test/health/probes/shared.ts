import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { limits } from '../../../src/runtime/limits.ts';

/** Long for what ends by itself, so that a busy machine changes nothing; short for what ends by it. */
export const patientMs = 5_000;
export const shortMs = 200;

/** Something to probe. `open` counts what the probe still holds of it: connections, processes. */
export interface Place {
  readonly probe: (signal: AbortSignal) => Promise<ProbeResult>;
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

/** One place for each way in which an endpoint can be. */
export interface Places {
  readonly well: () => Promise<Place>;
  readonly refusing: () => Promise<Place>;
  /** Undefined for a probe that waits for nobody. */
  readonly silent: (() => Promise<Place>) | undefined;
  /** Says far more than it should, and ill. */
  readonly babbling: () => Promise<Place>;
}

/** What holds for every probe, whatever it speaks. */
export function describeProbe(name: string, places: Places): void {
  const { silent } = places;

  describe(`${name}: as every probe`, () => {
    it('succeeds where all is well, and leaves nothing open', async () => {
      const result = await visit(await places.well(), patientMs);
      expect(result).toMatchObject({ ok: true, code: 'success' });
    });

    it('has a reason for a refusal', async () => {
      const result = await visit(await places.refusing(), patientMs);
      expect(result.ok).toBe(false);
      expect(result.code).not.toBe('timeout');
    });

    it('bounds what it reads and what it says', async () => {
      expect((await visit(await places.babbling(), patientMs)).ok).toBe(false);
    });

    if (silent === undefined) return;

    it('ends silence at its deadline', async () => {
      const result = await visit(await silent(), shortMs);
      expect(result).toMatchObject({ ok: false, code: 'timeout' });
      expect(result.reason).toMatch(/^no answer within \d+ ms, while /);
    });

    it('ends at once when it is told to before it began', async () => {
      const result = await watch(await silent(), AbortSignal.abort(), 0);
      expect(result).toMatchObject({ ok: false, code: 'timeout' });
    });
  });
}

/** Probes a place once with a deadline, holds what every result must be, and closes the place. */
export function visit(place: Place, deadlineMs: number): Promise<ProbeResult> {
  return watch(place, AbortSignal.timeout(deadlineMs), deadlineMs);
}

async function watch(place: Place, signal: AbortSignal, deadlineMs: number): Promise<ProbeResult> {
  try {
    const beganAt = performance.now();
    const result = await place.probe(signal);
    // A busy machine may be late as well; a probe that ignored its deadline would be far later.
    expect(performance.now() - beganAt).toBeLessThan(deadlineMs + limits.probeGraceMs + 1_000);
    expectSound(result);
    await expect.poll(place.open, { interval: 2 }).toBe(0);
    return result;
  } finally {
    await place.close();
  }
}

/** A result is consistent in itself, and its reason is one bounded line. */
function expectSound(result: ProbeResult): void {
  expect(result.ok).toBe(result.code === 'success');
  expect(result.reason === undefined).toBe(result.ok);
  if (result.reason === undefined) return;
  expect(result.reason).toMatch(/^[\x20-\x7e\u00a1-\u024f…]+$/);
  expect(result.reason.length).toBeLessThanOrEqual(limits.probeReasonLength);
  expect(result.durationMs).toBeGreaterThanOrEqual(0);
}
