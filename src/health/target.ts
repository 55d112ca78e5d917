import { createHash } from 'node:crypto';
import { endpointText } from '../config/endpoint-text.ts';
import type { Endpoint, Monitor } from '../config/model.ts';
import type { ProbeTarget } from './probes/probe.ts';

/** Where a monitor checks an endpoint. Port 0 (a TCP check without a port) is refused by every probe. */
export function targetOf(endpoint: Endpoint, monitor: Monitor): ProbeTarget {
  const { check } = monitor;
  const usualPort = { http: 80, https: 443, tcp: 0 }[check.type];
  return {
    address: endpointText({ address: endpoint.probe.address, host: endpoint.host }),
    port: endpoint.probe.port ?? check.port ?? usualPort,
    host: (check.type === 'tcp' ? undefined : check.host) ?? endpointText(endpoint),
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
  const text = JSON.stringify([endpointText(endpoint), targetOf(endpoint, monitor), monitor.check]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
