import type { Clock } from '../runtime/clock.ts';

/** The certificate of an endpoint is about to expire, or has expired. */
export interface CertificateWarning {
  readonly pool: string;
  readonly endpoint: string;
  readonly text: string;
}

const silenceMs = 86_400_000;

/** Passes on a warning of the same endpoint once a day: probes see the same certificate every few seconds. */
export class CertificateWarnings {
  private readonly clock: Clock;
  private readonly tell: (warning: CertificateWarning) => void;
  /** When each endpoint was told of, monotonic ms. */
  private told = new Map<string, number>();

  constructor(clock: Clock, tell: (warning: CertificateWarning) => void) {
    this.clock = clock;
    this.tell = tell;
  }

  /** To be called for each certificate that a probe saw; without a warning, the next one is told at once. */
  saw(pool: string, endpoint: string, text: string | undefined): void {
    const key = keyOf(pool, endpoint);
    if (text === undefined) {
      this.told.delete(key);
      return;
    }
    const nowMs = this.clock.monotonicMs();
    const before = this.told.get(key);
    if (before !== undefined && nowMs - before < silenceMs) return;
    this.told.set(key, nowMs);
    this.tell({ pool, endpoint, text });
  }

  /** Forgets the endpoints that are no more. */
  keep(endpoints: Iterable<{ readonly poolName: string; readonly endpointName: string }>): void {
    const kept = new Map<string, number>();
    for (const { poolName, endpointName } of endpoints) {
      const key = keyOf(poolName, endpointName);
      const atMs = this.told.get(key);
      if (atMs !== undefined) kept.set(key, atMs);
    }
    this.told = kept;
  }
}

function keyOf(pool: string, endpoint: string): string {
  return JSON.stringify([pool, endpoint]);
}
