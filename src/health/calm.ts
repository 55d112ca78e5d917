import type { Monitor } from '../config/model.ts';
import { confirmEveryMs } from './confirmation.ts';
import { contradicts, type EndpointHealth } from './table.ts';

/**
 * How long at least until the endpoint's state could change, ms: 0 while the newest results speak against it or there are
 * none; undefined without a monitor.
 */
export function calmMs(health: EndpointHealth, monitor: Monitor | undefined): number | undefined {
  if (monitor === undefined) return undefined;
  if (health.state === 'unknown' || contradicts(health)) return 0;
  const { intervalMs, fall, rise } = monitor;
  if (health.state === 'down') return rise * intervalMs;
  return intervalMs + (fall - 1) * confirmEveryMs(intervalMs);
}
