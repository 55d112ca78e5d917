import { describe, expect, it } from 'vitest';
import { SettingsMaker, type SettingsParts } from '../../src/control/settings.ts';
import { limits } from '../../src/runtime/limits.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

const DAY_SECONDS = 86_400;

/** A load whose geo databases are so many days old at the clock's start. */
function loadedWith(
  dns: string,
  clock: FakeClock,
  ageDays: readonly number[] = [],
  secret = 0,
): SettingsParts {
  const config = configOf(`dns: ${dns}\nzones: [ { name: example.com, file: z } ]\n`);
  const databases = ageDays.map((days) => ({ buildEpochSeconds: clock.now() / 1000 - days * DAY_SECONDS }));
  return {
    config,
    cookieSecrets: [new Uint8Array(16).fill(secret)],
    geo: { databases } as unknown as SettingsParts['geo'],
  };
}

describe('SettingsMaker', () => {
  it('gives a new version exactly when something changed', () => {
    const clock = new FakeClock();
    const maker = new SettingsMaker(clock, () => {});
    const first = maker.make(loadedWith('{ nsid: a }', clock));
    expect(first).toMatchObject({
      version: 1,
      nsid: Uint8Array.of(0x61),
      chaos: undefined,
      udpAnswerBytes: 1232,
    });
    expect(maker.make(loadedWith('{ nsid: a }', clock))).toBe(first);
    expect(maker.make(loadedWith('{ nsid: b }', clock)).version).toBe(2);
    expect(maker.make(loadedWith('{ nsid: b }', clock, [], 1)).version).toBe(3);
    expect(maker.make(loadedWith('{ identity: i }', clock)).chaos).toEqual({
      version: undefined,
      id: Uint8Array.of(0x69),
      hostname: Uint8Array.of(0x69),
    });
    expect(maker.make(loadedWith('{}', clock)).rateLimits).toBeUndefined();
    const limited = loadedWith('{}\nrate-limit: { negatives: 7, allow: [ 10.0.0.0/8 ] }', clock);
    const { version, rateLimits } = maker.make(limited);
    expect(rateLimits).toMatchObject({ perSecond: [20, 7, 5, 200], slip: 2, prefix4: 24, prefix6: 56 });
    expect(maker.make(limited).version).toBe(version);
    const otherNetwork = loadedWith('{}\nrate-limit: { negatives: 7, allow: [ 11.0.0.0/8 ] }', clock);
    expect(maker.make(otherNetwork).version).toBe(version + 1);
    maker.stop();
  });

  it('counts geo data as stale by the newest database, also when nothing but time passes', async () => {
    const clock = new FakeClock();
    let aged = 0;
    const maker = new SettingsMaker(clock, () => aged++);
    const { geoStaleDays } = limits;
    expect(maker.make(loadedWith('{}', clock, [400, geoStaleDays + 1])).geoStale).toBe(true);
    expect(maker.make(loadedWith('{}', clock, [])).geoStale).toBe(false);
    const loaded = loadedWith('{}', clock, [400, geoStaleDays - 1]);
    expect(maker.make(loaded).geoStale).toBe(false);
    await clock.advance((DAY_SECONDS - 3_600) * 1000);
    expect(aged).toBe(0);
    await clock.advance(2 * 3_600_000);
    expect(aged).toBeGreaterThan(0);
    expect(maker.make(loaded).geoStale).toBe(true);
    maker.stop();
  });
});
