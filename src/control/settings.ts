import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { buildSettings } from '../snapshot/compile/settings-builder.ts';
import type { Settings } from '../snapshot/settings.ts';
import type { Loaded } from './load.ts';

/** What settings are made from. */
export type SettingsParts = Pick<Loaded, 'config' | 'cookieSecrets' | 'geo'>;

const DAY_MS = 86_400_000;

/** How often the age of the geo data is looked at. */
const AGE_LOOK_MS = 3_600_000;

/** Makes the settings of each snapshot, and notices when they change by nothing but time. */
export class SettingsMaker {
  private readonly clock: Clock;
  private readonly onAged: () => void;
  private newest: Settings | undefined;
  private timer: Timer | undefined;

  /** `onAged` is called when the geo data in use has become stale. */
  constructor(clock: Clock, onAged: () => void) {
    this.clock = clock;
    this.onAged = onAged;
  }

  /** The settings for this load now: those of the last call where nothing changed. */
  make(loaded: SettingsParts): Settings {
    const version = (this.newest?.version ?? 0) + 1;
    const next = settingsOf(loaded, this.clock.now(), version);
    if (this.newest === undefined || contentOf(next) !== contentOf(this.newest)) this.newest = next;
    this.timer?.cancel();
    this.timer = this.clock.setTimer(() => this.look(loaded), AGE_LOOK_MS);
    return this.newest;
  }

  stop(): void {
    this.timer?.cancel();
  }

  private look(loaded: SettingsParts): void {
    this.timer = this.clock.setTimer(() => this.look(loaded), AGE_LOOK_MS);
    if (isGeoStale(loaded, this.clock.now()) !== this.newest!.geoStale) this.onAged();
  }
}

/** What a load asks for at a moment. */
export function settingsOf(loaded: SettingsParts, nowMs: number, version: number): Settings {
  return buildSettings(loaded.config, loaded.cookieSecrets, isGeoStale(loaded, nowMs), version);
}

/** Whether even the newest database is older than `limits.geoStaleDays`; without any there is nothing to be stale. */
function isGeoStale({ geo }: SettingsParts, nowMs: number): boolean {
  const newest = Math.max(...geo.databases.map(({ buildEpochSeconds }) => buildEpochSeconds * 1000));
  return geo.databases.length > 0 && nowMs - newest > limits.geoStaleDays * DAY_MS;
}

function contentOf(settings: Settings): string {
  return JSON.stringify({ ...settings, version: 0 });
}
