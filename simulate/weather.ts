import type { LagSource } from '../src/config/policy-model.ts';
import type { Probe, ProbeResult, Probes } from '../src/health/probes/probe.ts';
import type { NumberRead } from '../src/health/values/value.ts';
import type { Random } from '../src/runtime/random.ts';
import type { WorldClock } from './clock.ts';
import { MAX_LAG_SECONDS } from './site.ts';

export type Behaviour = 'well' | 'refuses' | 'silent';

/** What stands at an address. */
interface Place {
  behaviour: Behaviour;
  /** Monotonic ms. */
  sinceMs: number;
  /** Whether it was ever anything but well. */
  hurt: boolean;
}

/** What endpoints, the network and replication are like in one world, as a seed and its events make them. */
export class Weather {
  readonly probes: Probes;
  /** Share of probes that are lost, and how long the others take at most. */
  loss = 0;
  latencyMs = 50;
  /** By endpoint of the database; undefined: cannot be read. */
  readonly lags = new Map<string, number | undefined>();
  /** When each was last read to be within its bound; monotonic ms. */
  readonly caughtUpMs = new Map<string, number>();
  private readonly places = new Map<string, Place>();
  private readonly clock: WorldClock;
  private readonly random: Random;

  constructor(clock: WorldClock, random: Random) {
    this.clock = clock;
    this.random = random;
    const probe: Probe<unknown> = ({ address }, _, signal) => this.probe(address, signal);
    const names = ['http', 'https', 'tcp', 'tls', 'dns', 'grpc', 'icmp', 'exec', 'prometheus', 'push'];
    const all = [...names, 'all-of', 'any-of', 'n-of'].map((name) => [name, probe]);
    this.probes = Object.fromEntries(all) as Probes;
  }

  set(address: string, behaviour: Behaviour): void {
    const before = this.at(address);
    if (before.behaviour === behaviour) return;
    const hurt = before.hurt || behaviour !== 'well';
    this.places.set(address, { behaviour, sinceMs: this.clock.monotonicMs(), hurt });
  }

  at(address: string): Place {
    return this.places.get(address) ?? { behaviour: 'well', sinceMs: 0, hurt: false };
  }

  readonly readLag = async ({ query }: LagSource): Promise<NumberRead> => {
    await this.clock.sleep(20);
    const value = this.lags.get(query);
    if (value === undefined) return { ok: false, reason: 'it does not answer' };
    if (value <= MAX_LAG_SECONDS) this.caughtUpMs.set(query, this.clock.monotonicMs());
    return { ok: true, value };
  };

  private async probe(address: string, signal: AbortSignal): Promise<ProbeResult> {
    const beganAt = this.clock.monotonicMs();
    const { behaviour } = this.at(address);
    const lost = behaviour === 'silent' || this.random.fraction() < this.loss;
    if (lost)
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    else await this.clock.sleep(1 + this.random.below(this.latencyMs));
    const durationMs = this.clock.monotonicMs() - beganAt;
    if (lost || signal.aborted) return { ok: false, code: 'timeout', reason: 'no answer', durationMs };
    // As it is when the packet comes by.
    if (behaviour === 'refuses') return { ok: false, code: 'connect', reason: 'refused', durationMs };
    return { ok: true, code: 'success', durationMs };
  }
}
