import { createHash } from 'node:crypto';
import type { Endpoint, Monitor } from '../config/model.ts';
import { formatAddress } from '../ip/address.ts';
import type { ProbeTarget } from './probes/probe.ts';

/** Where a monitor checks an endpoint. Port 0 (no load lets that through) is refused by every probe. */
export function targetOf(endpoint: Endpoint, monitor: Monitor): ProbeTarget {
  const { check } = monitor;
  return {
    address: formatAddress(endpoint.probe.address),
    port: endpoint.probe.port ?? check.port ?? 0,
    host: ('host' in check ? check.host : undefined) ?? formatAddress(endpoint.address),
    ...(monitor.source === undefined ? {} : { source: formatAddress(monitor.source) }),
  };
}

/** Equal for two endpoints exactly when one probe can stand for both: same place, same check, same rules. */
export function checkKey(target: ProbeTarget, monitor: Monitor): string {
  const { intervalMs, timeoutMs, fall, rise, check } = monitor;
  return JSON.stringify([target, intervalMs, timeoutMs, fall, rise, check]);
}

/**
 * What an endpoint's health is true of: its address, the place probed and the check. Hashed, because it is
 * written to disk and a check's headers may hold a secret.
 */
export function identityOf(endpoint: Endpoint, monitor: Monitor): string {
  const text = JSON.stringify([formatAddress(endpoint.address), targetOf(endpoint, monitor), monitor.check]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
