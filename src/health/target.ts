import { createHash } from 'node:crypto';
import type { ProbeCheck } from '../config/check-model.ts';
import { endpointText } from '../config/endpoint-text.ts';
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
    address: endpointText({ address: endpoint.probe.address, host: endpoint.host }),
    port: endpoint.probe.port ?? check.port ?? 0,
    host: nameOf(endpoint, check),
    ...(source === undefined ? {} : { source: formatAddress(source) }),
    ...(subject !== undefined && asksForSubject.has(check.type) ? { subject } : {}),
    ...(parts === undefined ? {} : { parts: parts.map((part) => targetOf(endpoint, part, subject)) }),
  };
}

/** A check that names nobody is the same for all endpoints that are probed in one place. */
function nameOf(endpoint: Endpoint, check: ProbeCheck): string {
  if (!('host' in check)) return endpointText({ address: endpoint.probe.address, host: endpoint.host });
  return check.host ?? endpointText(endpoint);
}

const asksForSubject: ReadonlySet<ProbeCheck['type']> = new Set(['exec', 'prometheus', 'push']);

/** Equal for two endpoints exactly when one probe can stand for both: same place, same check, same rules. */
export function checkKey(target: ProbeTarget, monitor: Monitor): string {
  const { intervalMs, timeoutMs, fall, rise, latency, check } = monitor;
  return JSON.stringify([target, intervalMs, timeoutMs, fall, rise, latency, fingerprintOf(check)]);
}

/**
 * What an endpoint's health is true of: its address, the place probed and the check. Hashed, because it is
 * written to disk and a check's headers may hold a secret.
 */
export function identityOf(endpoint: Endpoint, monitor: Monitor): string {
  const place = [endpointText(endpoint), targetOf(endpoint, monitor)];
  return digestOf([place, fingerprintOf(monitor.check)]);
}

/** Checks may hold certificates, and thousands of endpoints have the same one. */
const fingerprints = new WeakMap<ProbeCheck, string>();

/** Equal for two checks exactly when they look at the same things. The port is the target's. */
function fingerprintOf(check: ProbeCheck): string {
  let fingerprint = fingerprints.get(check);
  if (fingerprint === undefined) {
    fingerprint = digestOf({ ...check, port: undefined });
    fingerprints.set(check, fingerprint);
  }
  return fingerprint;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 22);
}
