import type { Clock, Timer } from '../runtime/clock.ts';
import type { Random } from '../runtime/random.ts';
import { type CertificateWarning, CertificateWarnings } from './certificate-warnings.ts';
import type { Check } from './check.ts';
import { type CheckedConfig, checkedPools } from './checked-pools.ts';
import { emptyInventory, type Known, knownFrom, rolesOf, takeInventory } from './inventory.ts';
import { slowReason } from './latency.ts';
import { type OwnFault, OwnFaults } from './own-faults.ts';
import type { ProbeCode, ProbeResult, Probes } from './probes/probe.ts';
import { knownFromMemory, type RememberedHealth } from './remembered.ts';
import type { Report, Reports } from './reports.ts';
import { Scheduler } from './scheduler.ts';
import { SelfSense } from './self-sense.ts';
import type { SelfState } from './self-state.ts';
import { initialStanding, type Standing } from './state-machine.ts';
import type { EndpointHealth, HealthChange } from './table.ts';

/** One probe of one endpoint, for metrics. A probe that several endpoints share is told for each of them. */
export interface ProbeReport {
  readonly pool: string;
  readonly endpoint: string;
  readonly region: string;
  readonly ok: boolean;
  readonly code: ProbeCode;
  /** Why it failed; undefined when it did not. */
  readonly reason: string | undefined;
  readonly durationMs: number;
}

export interface HealthCheckerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly probes: Probes;
  /** What `probes` of reported health look at. */
  readonly reports: Reports;
  readonly onChange: (change: HealthChange) => void;
  /** The newest result of an endpoint speaks against its state, or does so no more. */
  readonly onDoubt: () => void;
  readonly onProbe: (report: ProbeReport) => void;
  /** This node takes itself for cut off, or does so no more; what that changes in endpoints has been told. */
  readonly onSelf: (state: SelfState) => void;
  /** At most once a day for an endpoint. */
  readonly onCertificate: (warning: CertificateWarning) => void;
  /** Probes were not possible; called at most once in `limits.ownFaultTellMs`. */
  readonly onOwnFault: (fault: OwnFault) => void;
}

export interface HealthChecker {
  /**
   * Probes every endpoint at once. Resolves when each is known up or down, at the latest after the longest
   * timeout of all monitors; what is unknown then stays so until its probes say more. To be called once.
   */
  start(config: CheckedConfig, remembered: readonly RememberedHealth[]): Promise<void>;
  /** Takes over a new config; what it did not change goes on undisturbed. Tells no change of state. */
  update(config: CheckedConfig): void;
  /** Takes a report and looks at it at once. False when no monitor waits for reports about this endpoint. */
  report(pool: string, endpoint: string, report: Report): boolean;
  /** Ends all probes. States stay readable. */
  stop(): void;
  /** By the indexes of the newest config. */
  stateOf(pool: number, endpoint: number): EndpointHealth;
  /** Of a region that is checked as a whole; undefined for others. */
  stateOfRegion(region: string): EndpointHealth | undefined;
  /** Whether this node takes itself for cut off; then states are those of before. */
  self(): SelfState;
  /** By names; undefined when the config has no such endpoint. */
  find(pool: string, endpoint: string): EndpointHealth | undefined;
  /** What is worth keeping over a restart: every state that rests on a probe. */
  remember(): RememberedHealth[];
}

export function createHealthChecker(parts: HealthCheckerParts): HealthChecker {
  return new Checker(parts);
}

/** Of endpoints that this node took out because it was cut off itself. */
const restoredReason = 'this node is cut off; what was known before holds';

class Checker implements HealthChecker {
  private readonly parts: HealthCheckerParts;
  private readonly scheduler: Scheduler;
  private readonly certificates: CertificateWarnings;
  private readonly ownFaults: OwnFaults;
  private readonly sense: SelfSense;
  private inventory = emptyInventory();
  /** Checks that are neither up nor down yet, while somebody waits for the first round. */
  private readonly undecided = new Set<Check>();
  private endFirstRound = (): void => {};

  constructor(parts: HealthCheckerParts) {
    this.parts = parts;
    this.certificates = new CertificateWarnings(parts.clock, parts.onCertificate);
    this.ownFaults = new OwnFaults(parts.clock, parts.onOwnFault);
    this.sense = new SelfSense({
      clock: parts.clock,
      onChange: (state, restore) => {
        for (const check of restore) this.restore(check);
        parts.onSelf(state);
      },
      hasten: (check) => this.scheduler.hasten(check),
    });
    this.scheduler = new Scheduler({
      ...parts,
      counts: (check, result, beganAt) => this.sense.hear(check, result, beganAt),
      onResult: (check, result, before) => this.record(check, result, before),
    });
  }

  start(config: CheckedConfig, remembered: readonly RememberedHealth[]): Promise<void> {
    this.adopt(config, knownFromMemory(remembered));
    for (const check of this.inventory.checks.values()) {
      if (check.standing.state === 'unknown') this.undecided.add(check);
    }
    if (this.undecided.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timeouts = [...this.undecided].map((check) => check.monitor.timeoutMs);
      const longestMs = timeouts.reduce((most, ms) => Math.max(most, ms), 0);
      const bound: Timer = this.parts.clock.setTimer(() => this.endFirstRound(), longestMs);
      this.endFirstRound = () => {
        bound.cancel();
        this.undecided.clear();
        resolve();
      };
    });
  }

  update(config: CheckedConfig): void {
    this.adopt(config, knownFrom(this.inventory));
  }

  report(pool: string, endpoint: string, report: Report): boolean {
    if (!this.parts.reports.put(pool, endpoint, report)) return false;
    for (const [check, places] of this.inventory.places) {
      const meant = places.some((place) => place.poolName === pool && place.endpointName === endpoint);
      if (meant) this.scheduler.hasten(check);
    }
    return true;
  }

  stop(): void {
    this.scheduler.stop();
    this.sense.stop();
    this.endFirstRound();
  }

  stateOf(pool: number, endpoint: number): EndpointHealth {
    return this.inventory.table.at(pool, endpoint);
  }

  stateOfRegion(region: string): EndpointHealth | undefined {
    const pool = this.inventory.wholes.get(region);
    return pool === undefined ? undefined : this.inventory.table.at(pool, 0);
  }

  self(): SelfState {
    return this.sense.state;
  }

  find(pool: string, endpoint: string): EndpointHealth | undefined {
    return this.inventory.table.find(pool, endpoint);
  }

  remember(): RememberedHealth[] {
    const kept: RememberedHealth[] = [];
    for (const place of [...this.inventory.places.values()].flat()) {
      const { state, sinceMs, lastProbeAtMs } = this.inventory.table.at(place.pool, place.endpoint);
      if (state === 'unknown' || lastProbeAtMs === undefined) continue;
      const { poolName: pool, endpointName: endpoint, identity } = place;
      kept.push({ pool, endpoint, identity, state, sinceMs, atMs: lastProbeAtMs });
    }
    return kept;
  }

  private adopt(config: CheckedConfig, known: Known): void {
    const old = this.inventory;
    const { clock, onChange, onDoubt, reports } = this.parts;
    reports.adopt(checkedPools(config));
    this.inventory = takeInventory(config, old, known, clock.now(), onChange, onDoubt);
    this.certificates.keep([...this.inventory.places.values()].flat());
    for (const check of old.checks.values()) {
      if (this.inventory.places.has(check)) continue;
      this.scheduler.remove(check);
      this.decided(check);
    }
    for (const [key, check] of this.inventory.checks) if (!old.checks.has(key)) this.scheduler.add(check);
    this.sense.adopt(config.selfCheck, rolesOf(this.inventory));
  }

  private record(check: Check, result: ProbeResult, before: Standing): void {
    const { standing, latencies, monitor } = check;
    const { code, ok, durationMs, certificate, ownFault, reason } = result;
    const [first] = this.inventory.places.get(check) ?? [];
    if (ownFault === true && first !== undefined)
      this.ownFaults.note(reason ?? code, `${first.poolName}/${first.endpointName}`);
    if (standing.state !== 'unknown') this.decided(check);
    if (standing.state !== before.state) this.sense.changed(check, before.state);
    const slow = latencies.slow && monitor.latency ? slowReason(latencies, monitor.latency) : undefined;
    const news = {
      state: check.state,
      lastProbeAtMs: this.parts.clock.now(),
      lastReason: reason ?? slow,
      lastDurationMs: durationMs,
      failures: standing.failuresInRow,
      successes: standing.successesInRow,
    };
    const { table, places } = this.inventory;
    for (const { pool, endpoint, poolName, endpointName, region } of places.get(check) ?? []) {
      const { reason } = result;
      this.parts.onProbe({ pool: poolName, endpoint: endpointName, region, ok, code, reason, durationMs });
      if (certificate !== undefined) this.certificates.saw(poolName, endpointName, certificate.warning);
      const seen = certificate ?? table.at(pool, endpoint).certificate;
      table.record(
        pool,
        endpoint,
        { ...news, certificate: seen },
        standing.firstFailureAt ?? before.firstFailureAt,
      );
    }
  }

  /** What took it out in the moments before was this node's fault. */
  private restore(check: Check): void {
    check.standing = initialStanding('up');
    const { table, places } = this.inventory;
    for (const { pool, endpoint } of places.get(check) ?? []) {
      const health = table.at(pool, endpoint);
      const news = { ...health, lastProbeAtMs: health.lastProbeAtMs ?? this.parts.clock.now() };
      table.record(
        pool,
        endpoint,
        { ...news, state: check.state, lastReason: restoredReason, failures: 0, successes: 0 },
        undefined,
      );
    }
  }

  private decided(check: Check): void {
    if (this.undecided.delete(check) && this.undecided.size === 0) this.endFirstRound();
  }
}
