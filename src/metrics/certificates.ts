import { Gauge, type Registry } from 'prom-client';

export interface ShownCertificate {
  /** The address of the listener that shows it. */
  readonly listener: string;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** The moment is told, as exporters do, not the time that is left: it stands still until the certificate is renewed. */
export function registerCertificates(registry: Registry, shown: () => readonly ShownCertificate[]): void {
  new Gauge({
    name: 'meridian_tls_certificate_expiry_timestamp_seconds',
    help: 'When the certificate that the TLS listener shows expires, seconds since 1970.',
    labelNames: ['listener'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const { listener, expiresAtMs } of shown()) this.set({ listener }, Math.floor(expiresAtMs / 1000));
    },
  });
}
