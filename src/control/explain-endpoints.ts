import { endpointText } from '../config/endpoint-text.ts';
import type { Config } from '../config/model.ts';
import { poolsUnder } from '../config/policy-uses.ts';
import type { EndpointHealth } from '../health/table.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';

/** What explain asks about health, by the indexes of the config. */
export interface ExplainHealth {
  stateOf(pool: number, endpoint: number): EndpointHealth;
  /** Whether the endpoint was among the last ones of its pool that were up together. */
  wasGood(pool: number, endpoint: number): boolean;
}

/** One endpoint's part in an answer. */
export interface EndpointTrace {
  readonly pool: string;
  readonly name: string;
  readonly region: string;
  readonly address: string;
  readonly health: EndpointState;
  readonly chosen: boolean;
}

/** An endpoint that stands in the answer. */
export interface Chosen {
  readonly pool: number;
  readonly endpoint: number;
}

/** All endpoints that a policy leads to. */
export function traceEndpoints(
  config: Config,
  policy: number,
  chosen: readonly Chosen[],
  health: ExplainHealth,
): EndpointTrace[] {
  return poolsUnder(config.policies, policy).flatMap((pool) =>
    config.pools[pool]!.endpoints.map((endpoint, index) => ({
      pool: config.pools[pool]!.name,
      name: endpoint.name,
      region: config.regions[endpoint.region]!.name,
      address: endpointText(endpoint),
      health: health.stateOf(pool, index).state,
      chosen: chosen.some((one) => one.pool === pool && one.endpoint === index),
    })),
  );
}
