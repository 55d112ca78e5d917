import { createHash } from 'node:crypto';
import type { ProbeCheck } from '../config/check-model.ts';
import type { Endpoint, Monitor } from '../config/model.ts';
import { formatAddress } from '../ip/address.ts';
import type { ProbeSubject, ProbeTarget } from './probes/probe.ts';

/**
 * Where a monitor checks an endpoint. Port 0 (no load lets that through where one is needed) is refused by every
 * probe. `subject` is taken in by checks that ask for more than a place: only they differ between endpoints that
 * share one.
 */
export function targetOf(
  endpoint: Endpoint,
  monitor: Pick<Monitor, 'check' | 'source'>,
  subject?: ProbeSubject,
): ProbeTarget {
  const { check, source } = monitor;
  const parts = 'parts' in check ? check.parts : undefined;
  return {
    address: formatAddress(endpoint.probe.address),
    port: endpoint.probe.port ?? check.port ?? 0,
    host: ('host' in check ? check.host : undefined) ?? formatAddress(endpoint.address),
    ...(source === undefined ? {} : { source: formatAddress(source) }),
    ...(subject !== undefined && asksForSubject.has(check.type) ? { subject } : {}),
    ...(parts === undefined ? {} : { parts: parts.map((part) => targetOf(endpoint, part, subject)) }),
  };
}

const asksForSubject: ReadonlySet<ProbeCheck['type']> = new Set(['exec', 'prometheus', 'push']);

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
