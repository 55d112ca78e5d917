import type { X509Certificate } from 'node:crypto';
import type { SeenCertificate } from './probe.ts';
import { ProbeFailure } from './reasons.ts';

const dayMs = 86_400_000;

/** Undefined when its date is none. */
export function certificateOf(
  { validTo }: X509Certificate,
  warnDays: number,
  nowMs: number,
): SeenCertificate | undefined {
  const expiresAtMs = Date.parse(validTo);
  if (Number.isNaN(expiresAtMs)) return undefined;
  const short = expiresAtMs - nowMs < warnDays * dayMs;
  return short ? { expiresAtMs, warning: `certificate ${expiry(expiresAtMs, nowMs)}` } : { expiresAtMs };
}

/** Throws `ProbeFailure` when it is valid for fewer days than are wanted. */
export function requireDaysLeft(
  certificate: SeenCertificate | undefined,
  failDays: number | undefined,
  nowMs: number,
): void {
  if (failDays === undefined) return;
  if (certificate === undefined)
    throw new ProbeFailure({ code: 'tls', reason: 'certificate does not tell when it expires' });
  const { expiresAtMs } = certificate;
  if (expiresAtMs - nowMs >= failDays * dayMs) return;
  const reason = `certificate ${expiry(expiresAtMs, nowMs)}; wanted ${failDays} days or more`;
  throw new ProbeFailure({ code: 'tls', reason });
}

function expiry(expiresAtMs: number, nowMs: number): string {
  const on = new Date(expiresAtMs).toISOString().slice(0, 10);
  const days = Math.floor((expiresAtMs - nowMs) / dayMs);
  return days < 0 ? `has expired on ${on}` : `expires in ${days} days, on ${on}`;
}
