/** What one side shows to prove who it is, PEM text. Never to be logged or shown. */
export interface TlsIdentity {
  /** The certificate, then its chain. */
  readonly certificate: string;
  readonly key: string;
}

/** How a probe speaks TLS. */
export interface ProbeTls {
  /** False skips certificate checks: named so that it cannot be overlooked. */
  readonly verifyCertificate: boolean;
  /** PEM of additional authorities, read at load. */
  readonly ca: string | undefined;
  /** What is shown to endpoints that ask for a certificate. */
  readonly identity: TlsIdentity | undefined;
  /** A certificate that is valid for fewer days is warned of; one for fewer than `failDays` fails. */
  readonly warnDays: number;
  readonly failDays: number | undefined;
}
