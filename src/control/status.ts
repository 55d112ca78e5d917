import { endpointText } from '../config/endpoint-text.ts';
import { referencePoolName } from '../health/checked-pools.ts';
import type { HealthChecker } from '../health/checker.ts';
import { version } from '../runtime/version.ts';
import type { WorkerStatus } from '../server/worker-set.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import { formatSocket } from './data-plane.ts';
import { isolationText } from './health-log.ts';
import type { Loaded } from './load.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { regionWords } from './region-words.ts';
import { StandingOverrides } from './standing-overrides.ts';
import type { Succession } from './succession.ts';
import { successionText } from './succession-words.ts';

/** The JSON of `/api/v1/status`. */
export interface Status {
  readonly node: string;
  readonly version: string;
  readonly ready: boolean;
  readonly generation: number;
  readonly workers: readonly {
    readonly name: string;
    readonly alive: boolean;
    readonly restarts: number;
    readonly generation: number;
  }[];
  readonly tls: readonly { readonly listener: string; readonly certificateExpiresAt: string }[];
  readonly geo: readonly { readonly database: string; readonly type: string; readonly builtAt: string }[];
  /** Regions that are checked as a whole. */
  readonly regions: readonly {
    readonly name: string;
    readonly health: string;
    readonly since: string;
    readonly reason: string | undefined;
  }[];
  /** By what the node checks itself. */
  readonly references: readonly {
    readonly name: string;
    readonly health: string;
    readonly reason: string | undefined;
  }[];
  /** Why this node takes itself for cut off, and keeps what it knew before; undefined when it does not. */
  readonly isolated: string | undefined;
  readonly pools: readonly PoolStatus[];
  /** Failovers of which one tier alone may serve: single writers, and those with replication. */
  readonly successions: readonly SuccessionStatus[];
  readonly credit: string;
}

interface SuccessionStatus {
  readonly policy: string;
  /** Whom answers name; null: nobody. */
  readonly answered: string | null;
  /** In words, when it is not simply the one in service. */
  readonly state: string;
  /** Of a single writer. */
  readonly epoch: number | undefined;
}

interface PoolStatus {
  readonly name: string;
  readonly endpoints: readonly {
    readonly name: string;
    readonly region: string;
    readonly address: string;
    readonly health: string;
    readonly since: string;
    readonly reason: string | undefined;
    /** What it counts as instead, and why, where its region is looked at as a whole. */
    readonly countsAs: { readonly health: string; readonly reason: string } | undefined;
    /** The one that it is in. */
    readonly maintenance: { readonly reason: string; readonly until: string } | undefined;
    /** What people set for it, or for its region. */
    readonly override: { readonly action: string; readonly reason: string } | undefined;
    /** Where the pool has replication: its lag, or why it is not known. */
    readonly lag: { readonly seconds: number } | { readonly unknown: string } | undefined;
    /** When the certificate that it shows to probes expires. */
    readonly certificateExpires: string | undefined;
  }[];
}

/** The licence of the bundled data asks for this wherever results of it are shown. */
export const geoCredit = 'IP Geolocation by DB-IP (https://db-ip.com)';

export function describeStatus(
  loaded: Loaded,
  generation: number,
  workers: readonly WorkerStatus[],
  health: HealthChecker,
  conditions: Pick<Conditions, 'state'>,
  succession: Pick<Succession, 'reports' | 'lagOf' | 'lagFaultOf'>,
  nowMs: number,
): Status {
  const { config } = loaded;
  const plan = new MaintenancePlan(config.maintenance, nowMs);
  const overrides = new StandingOverrides(config.overrides, nowMs);
  const self = health.self();
  return {
    node: config.node.name,
    version,
    ready: self.kind !== 'isolated' && workers.length > 0 && workers.every((worker) => worker.alive),
    generation,
    workers: workers.map(({ name, alive, restarts, generation: adopted }) => ({
      name,
      alive,
      restarts,
      generation: adopted,
    })),
    tls: config.listen.tls.map(({ socket, expiresAtMs }) => ({
      listener: formatSocket(socket),
      certificateExpiresAt: new Date(expiresAtMs).toISOString(),
    })),
    geo: loaded.geo.databases.map(({ name, type, buildEpochSeconds }) => ({
      database: name,
      type,
      builtAt: new Date(buildEpochSeconds * 1000).toISOString(),
    })),
    regions: config.regions.flatMap(({ name }) => {
      const found = health.stateOfRegion(name);
      if (found === undefined) return [];
      const { state, sinceMs, lastReason } = found;
      return [{ name, health: state, since: new Date(sinceMs).toISOString(), reason: lastReason }];
    }),
    references: (config.selfCheck?.references ?? []).flatMap(({ name }) => {
      const found = health.find(referencePoolName, name);
      return found === undefined ? [] : [{ name, health: found.state, reason: found.lastReason }];
    }),
    isolated: self.kind === 'isolated' ? isolationText(self) : undefined,
    pools: config.pools.map((pool, p) => ({
      name: pool.name,
      endpoints: pool.endpoints.map((endpoint, e) => {
        const { state, sinceMs, lastReason, certificate } = health.stateOf(p, e);
        const work = plan.of(p, e, endpoint.region);
        const set = overrides.of(p, e, endpoint.region);
        const regional = regionWords(config, conditions, health, p, e);
        return {
          name: endpoint.name,
          region: config.regions[endpoint.region]!.name,
          address: endpointText(endpoint),
          health: state,
          since: new Date(sinceMs).toISOString(),
          reason: lastReason,
          countsAs: regional === undefined ? undefined : { health: conditions.state(p, e), reason: regional },
          maintenance: work && { reason: work.reason, until: new Date(work.toMs).toISOString() },
          override: set && { action: set.action, reason: set.reason, owner: set.owner },
          lag: pool.replication && lagOf(succession, p, e),
          certificateExpires: certificate && new Date(certificate.expiresAtMs).toISOString(),
        };
      }),
    })),
    successions: succession.reports().map((one) => ({
      policy: one.policy,
      answered: one.answered ?? null,
      state: successionText(one),
      epoch: one.writer?.epoch,
    })),
    credit: geoCredit,
  };
}

function lagOf(succession: Pick<Succession, 'lagOf' | 'lagFaultOf'>, pool: number, endpoint: number) {
  const lag = succession.lagOf(pool, endpoint);
  if (lag !== undefined) return { seconds: lag.value };
  return { unknown: succession.lagFaultOf(pool, endpoint) ?? 'it was not read yet' };
}
