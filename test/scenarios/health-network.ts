import type {
  Probe,
  ProbeResult,
  Probes,
  ProbeTarget,
  SeenCertificate,
} from '../../src/health/probes/probe.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Random } from '../../src/runtime/random.ts';

/** How what stands at an address behaves. `stuck`: its probe does not even end when it is told to. */
export type Behaviour = 'well' | 'refuses' | 'silent' | 'stuck' | 'no-descriptors';

type Ending = Omit<ProbeResult, 'durationMs'>;

const endings: Readonly<Record<Exclude<Behaviour, 'silent' | 'stuck'>, Ending>> = {
  well: { ok: true, code: 'success' },
  refuses: { ok: false, code: 'connect', reason: 'connection refused' },
  'no-descriptors': { ok: false, code: 'error', reason: 'too many open files', ownFault: true },
};

/** A network in which probes find whatever the test has put there. */
export class FakeNetwork {
  readonly probes: Probes;
  latencyMs = 20;
  /** Share of probes that are lost. */
  loss = 0;
  /** What those that are well show. */
  certificate: SeenCertificate | undefined;
  /** When set, the probes to each address meet these in turn. */
  turns: readonly Behaviour[] | undefined;
  inFlight = 0;
  mostInFlight = 0;
  /** Every probe: where to and when, monotonic ms. */
  readonly log: { readonly address: string; readonly atMs: number }[] = [];
  private readonly toAddress = new Map<string, { inFlight: number; most: number }>();
  private readonly behaviours = new Map<string, Behaviour>();
  private readonly clock: Clock;
  private readonly random: Random;

  constructor(clock: Clock, random: Random) {
    this.clock = clock;
    this.random = random;
    const probe: Probe<unknown> = (target, _, signal) => this.probe(target, signal);
    this.probes = {
      ...{
        http: probe,
        https: probe,
        tcp: probe,
        tls: probe,
        dns: probe,
        grpc: probe,
        icmp: probe,
        exec: probe,
      },
      ...{ prometheus: probe, push: probe, 'all-of': probe, 'any-of': probe, 'n-of': probe },
    };
  }

  set(address: string, behaviour: Behaviour): void {
    this.behaviours.set(address, behaviour);
  }

  probesTo(address: string): number {
    return this.log.filter((entry) => entry.address === address).length;
  }

  /** Most probes to one address at once. */
  mostTo(address: string): number {
    return this.toAddress.get(address)?.most ?? 0;
  }

  private async probe({ address }: ProbeTarget, signal: AbortSignal): Promise<ProbeResult> {
    const beganAt = this.clock.monotonicMs();
    this.log.push({ address, atMs: beganAt });
    this.inFlight += 1;
    this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
    const count = this.toAddress.get(address) ?? { inFlight: 0, most: 0 };
    this.toAddress.set(address, count);
    count.inFlight += 1;
    count.most = Math.max(count.most, count.inFlight);
    const ending = await this.endingOf(this.behaviourOf(address), signal);
    count.inFlight -= 1;
    this.inFlight -= 1;
    const shown = ending.ok && this.certificate !== undefined ? { certificate: this.certificate } : {};
    return { ...ending, ...shown, durationMs: this.clock.monotonicMs() - beganAt };
  }

  private behaviourOf(address: string): Behaviour {
    if (this.loss > 0 && this.random.fraction() < this.loss) return 'silent';
    if (this.turns !== undefined) return this.turns[(this.probesTo(address) - 1) % this.turns.length]!;
    return this.behaviours.get(address) ?? 'well';
  }

  private endingOf(behaviour: Behaviour, signal: AbortSignal): Promise<Ending> {
    return new Promise((resolve) => {
      if (behaviour === 'stuck') return;
      const aborted: Ending = { ok: false, code: 'timeout', reason: 'no answer' };
      signal.addEventListener('abort', () => resolve(aborted), { once: true });
      if (behaviour === 'silent') return;
      this.clock.setTimer(() => resolve(endings[behaviour]), this.latencyMs);
    });
  }
}
