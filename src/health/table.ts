import type { SeenCertificate } from './probes/probe.ts';
import type { HealthState } from './state-machine.ts';

/** The health of one endpoint as the rest of the program and people see it. */
export interface EndpointHealth {
  readonly state: HealthState;
  /** Since when, wall clock ms. */
  readonly sinceMs: number;
  /** When its newest result came, wall clock ms; undefined before the first, and without a monitor. */
  readonly lastProbeAtMs: number | undefined;
  /** Why the newest probe failed; undefined when it did not. */
  readonly lastReason: string | undefined;
  readonly lastDurationMs: number | undefined;
  /** Consecutive, up to the newest result. */
  readonly failures: number;
  readonly successes: number;
  /** The newest that a probe saw; undefined where none has seen one. */
  readonly certificate: SeenCertificate | undefined;
}

/** An endpoint's state changed. */
export interface HealthChange {
  readonly pool: string;
  readonly endpoint: string;
  readonly from: HealthState;
  readonly to: HealthState;
  /** Wall clock ms. */
  readonly at: number;
  /** When the first failed probe of those that led here began, monotonic ms; set when `to` is down. */
  readonly firstFailureAt: number | undefined;
  /** Why the newest probe failed; undefined when it did not. */
  readonly reason: string | undefined;
}

/** What of a pool the table needs: a `Pool` of the config is one. */
interface PoolNames {
  readonly name: string;
  readonly monitor: unknown;
  readonly endpoints: readonly { readonly name: string }[];
}

/** The health of all endpoints, by the indexes of the config. One table lives as long as one config. */
export class HealthTable {
  private readonly pools: readonly PoolNames[];
  private readonly rows: EndpointHealth[][];
  private readonly onChange: (change: HealthChange) => void;
  private readonly onDoubt: () => void;

  /** Endpoints of a pool with a monitor begin as unknown, all others as up. */
  constructor(
    pools: readonly PoolNames[],
    nowMs: number,
    onChange: (change: HealthChange) => void,
    onDoubt: () => void = () => {},
  ) {
    this.pools = pools;
    this.onChange = onChange;
    this.onDoubt = onDoubt;
    this.rows = pools.map((pool) =>
      pool.endpoints.map(() => fresh(pool.monitor === undefined ? 'up' : 'unknown', nowMs)),
    );
  }

  at(pool: number, endpoint: number): EndpointHealth {
    return this.rows[pool]![endpoint]!;
  }

  /** By names; undefined when the config has no such endpoint. */
  find(pool: string, endpoint: string): EndpointHealth | undefined {
    // What the node checks itself by are several pools of one name.
    for (const [p, { name, endpoints }] of this.pools.entries()) {
      const e = name === pool ? endpoints.findIndex((each) => each.name === endpoint) : -1;
      if (e >= 0) return this.rows[p]![e];
    }
    return undefined;
  }

  /** Sets what is known from before; tells nobody. */
  restore(pool: number, endpoint: number, health: EndpointHealth): void {
    this.rows[pool]![endpoint] = health;
  }

  /** Writes the newest result; tells `onChange` when the state differs, `onDoubt` when it is in doubt or no more. */
  record(
    pool: number,
    endpoint: number,
    news: Omit<EndpointHealth, 'sinceMs'> & { readonly lastProbeAtMs: number },
    firstFailureAt: number | undefined,
  ): void {
    const old = this.rows[pool]![endpoint]!;
    const changed = old.state !== news.state;
    const at = news.lastProbeAtMs;
    this.rows[pool]![endpoint] = { ...news, sinceMs: changed ? at : old.sinceMs };
    if (!changed) {
      if (contradicts(old) !== contradicts(news)) this.onDoubt();
      return;
    }
    this.onChange({
      pool: this.pools[pool]!.name,
      endpoint: this.pools[pool]!.endpoints[endpoint]!.name,
      from: old.state,
      to: news.state,
      at,
      firstFailureAt: news.state === 'down' ? firstFailureAt : undefined,
      reason: news.lastReason,
    });
  }
}

/** The newest results speak against the state. */
export function contradicts({
  state,
  failures,
  successes,
}: Pick<EndpointHealth, 'state' | 'failures' | 'successes'>): boolean {
  return state === 'down' ? successes > 0 : failures > 0;
}

/** An endpoint of which nothing is known but its state. */
export function fresh(state: HealthState, sinceMs: number): EndpointHealth {
  return {
    state,
    sinceMs,
    lastProbeAtMs: undefined,
    lastReason: undefined,
    lastDurationMs: undefined,
    failures: 0,
    successes: 0,
    certificate: undefined,
  };
}
