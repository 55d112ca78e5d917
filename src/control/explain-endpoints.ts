import type { Config, Policy } from '../config/model.ts';
import type { EndpointHealth } from '../health/table.ts';
import { formatAddress } from '../ip/address.ts';
import { unreachable } from '../runtime/assert.ts';
import type { EndpointState } from '../snapshot/compile/eligible.ts';

/** What explain asks of the health checker, by the indexes of the config. */
export type HealthOf = (pool: number, endpoint: number) => EndpointHealth;

/** One endpoint's part in an answer. */
export interface EndpointTrace {
  readonly name: string;
  readonly region: string;
  readonly address: string;
  readonly health: EndpointState;
  readonly chosen: boolean;
  /** Why it was chosen, or why not. */
  readonly why: string;
}

/** An endpoint that stands in the answer. */
export interface Chosen {
  readonly endpoint: number;
  readonly region: number;
}

/** Says of each endpoint of the policy's pool why it is in the answer or not. `order`: regions for this client. */
export function traceEndpoints(
  config: Config,
  policy: Policy,
  family: 4 | 6,
  order: readonly number[],
  chosen: readonly Chosen[],
  healthOf: HealthOf,
): EndpointTrace[] {
  const pool = config.pools[policy.pool]!;
  return pool.endpoints.map((endpoint, index) => {
    const health = healthOf(policy.pool, index);
    const isChosen = chosen.some((one) => one.endpoint === index);
    const asked = { config, policy, family, order, chosen, index, health, healthOf };
    return {
      name: endpoint.name,
      region: config.regions[endpoint.region]!.name,
      address: formatAddress(endpoint.address),
      health: health.state,
      chosen: isChosen,
      why: isChosen ? whyChosen(asked) : whyNot(asked),
    };
  });
}

interface Asked {
  readonly config: Config;
  readonly policy: Policy;
  readonly family: 4 | 6;
  readonly order: readonly number[];
  readonly chosen: readonly Chosen[];
  readonly index: number;
  readonly health: EndpointHealth;
  readonly healthOf: HealthOf;
}

function whyChosen({ config, policy, order, chosen, index, health }: Asked): string {
  const region = config.pools[policy.pool]!.endpoints[index]!.region;
  const share =
    chosen.length > 1
      ? `, ${chosen.findIndex((one) => one.endpoint === index) + 1} of ${chosen.length} answers`
      : '';
  const state = health.state === 'up' ? '' : `, although ${describeHealth(health)}`;
  switch (policy.type) {
    case 'nearest':
      return `${placeInOrder(order, region)}${share}${state}`;
    case 'failover':
      return `in tier ${tierOf(policy.tiers, index) + 1}, the first with an eligible endpoint${share}${state}`;
    case 'weighted':
      return policy.within === 'region'
        ? `${placeInOrder(order, region)}, drawn by weight inside it${share}${state}`
        : `drawn by weight${share}${state}`;
    default:
      return unreachable(policy);
  }
}

function whyNot(asked: Asked): string {
  const { config, policy, family, index, health, healthOf, chosen } = asked;
  const { endpoints } = config.pools[policy.pool]!;
  const endpoint = endpoints[index]!;
  if (endpoint.address.family !== family)
    return `an IPv${endpoint.address.family} address answers no ${family === 4 ? 'A' : 'AAAA'} question`;
  const states = endpoints.flatMap((one, i) =>
    one.address.family === family ? [healthOf(policy.pool, i).state] : [],
  );
  const anyUp = states.includes('up');
  if (health.state === 'down' && (anyUp || states.includes('unknown'))) return describeHealth(health);
  if (health.state === 'unknown' && anyUp) return 'no probe has judged it yet, and others are up';
  if (chosen.length === 0) return `${describeHealth(health)}; the policy answers nothing while all are down`;
  return whyOutranked(asked);
}

/** An eligible endpoint that others stood before. */
function whyOutranked({ config, policy, order, chosen, index }: Asked): string {
  const { endpoints } = config.pools[policy.pool]!;
  const { region, weight } = endpoints[index]!;
  if (policy.type === 'failover') {
    const tier = tierOf(policy.tiers, index);
    if (tier < 0) return 'not in the order of the policy';
    const first = Math.min(...chosen.map((one) => tierOf(policy.tiers, one.endpoint)));
    return tier === first ? 'same tier, not drawn this time' : `standby: tier ${tier + 1}`;
  }
  const anywhere = policy.type === 'weighted' && policy.within === 'pool';
  const isPeer = anywhere || chosen.some((one) => one.region === region);
  if (!isPeer) return `farther: ${placeInOrder(order, region)}`;
  if (policy.type === 'weighted' && weight === 0) return 'weight 0';
  return anywhere ? 'not drawn this time' : 'same region, not drawn this time';
}

function tierOf(tiers: readonly (readonly number[])[], endpoint: number): number {
  return tiers.findIndex((tier) => tier.includes(endpoint));
}

function placeInOrder(order: readonly number[], region: number): string {
  const position = order.indexOf(region) + 1;
  return position === 1 ? 'nearest region' : `region ${position} by distance`;
}

/** `down: connection refused`, `up`, `not yet known`. */
function describeHealth({ state, lastReason }: EndpointHealth): string {
  if (state === 'unknown') return 'not yet known';
  return lastReason === undefined ? state : `${state}: ${lastReason}`;
}
