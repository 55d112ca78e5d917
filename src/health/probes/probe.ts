import type { ProbeCheck } from '../../config/check-model.ts';

/** Where one probe goes. `host` is what the endpoint is called: Host header, TLS name, name in reasons. */
export interface ProbeTarget {
  /** IPv4 or IPv6 text, no brackets. */
  readonly address: string;
  readonly port: number;
  readonly host: string;
  /** The address of this machine that the probe comes from; undefined: the system chooses. */
  readonly source?: string;
  /** Whom it is about; set where the check asks for more than the place. */
  readonly subject?: ProbeSubject;
  /** Of a check that combines others: where each of them goes, in their order. */
  readonly parts?: readonly ProbeTarget[];
}

/** An endpoint by its names. */
export interface ProbeSubject {
  readonly pool: string;
  readonly endpoint: string;
  readonly region: string;
}

/** Closed set, for metrics. `error`: something that is none of the others, such as an answer that is not HTTP. */
export type ProbeCode = 'success' | 'timeout' | 'connect' | 'tls' | 'status' | 'body' | 'error';

export interface ProbeResult {
  readonly ok: boolean;
  readonly code: ProbeCode;
  readonly durationMs: number;
  /** For people: what failed, then what was found and what was wanted. Set when not ok. */
  readonly reason?: string;
  /** The probe could not be made for want of something on this machine: it says nothing about the endpoint. */
  readonly ownFault?: true;
  /** There was no way to the endpoint: the word is that of a network, not its own. */
  readonly unreached?: true;
  /** Set when the endpoint has shown one, whether the probe succeeded or not. */
  readonly certificate?: SeenCertificate;
}

/** What a probe saw of an endpoint's certificate. */
export interface SeenCertificate {
  /** Wall clock ms. */
  readonly expiresAtMs: number;
  /** For people: set when it is valid for fewer days than it should be. */
  readonly warning?: string;
}

/**
 * One probe over a new connection, which is closed when the promise settles. Never rejects. `signal` is the
 * deadline of the whole: once aborted, the promise settles at once with code `timeout`.
 */
export type Probe<C> = (target: ProbeTarget, check: C, signal: AbortSignal) => Promise<ProbeResult>;

type CheckOf<Type, Check = ProbeCheck> = Check extends { readonly type: infer Types }
  ? Type extends Types
    ? Check
    : never
  : never;

/** One implementation for each type of check. */
export type Probes = { readonly [Type in ProbeCheck['type']]: Probe<CheckOf<Type>> };

/** Runs the probe for the type of the check. */
export function probeWith(
  probes: Probes,
  target: ProbeTarget,
  check: ProbeCheck,
  signal: AbortSignal,
): Promise<ProbeResult> {
  // The table pairs each type with its check; the compiler does not follow that through the look-up.
  const probe = probes[check.type] as Probe<ProbeCheck>;
  return probe(target, check, signal);
}
