import type { Config, Policy } from '../config/model.ts';
import type { EndpointHealth } from '../health/table.ts';
import { formatAddress } from '../ip/address.ts';
import { unreachable } from '../runtime/assert.ts';
import type { EndpointState } from '../snapshot/compile/eligible.ts';
import { Serving } from '../steering/table.ts';

/** What explain asks about health, by the indexes of the config. */
export interface ExplainHealth {
  stateOf(pool: number, endpoint: number): EndpointHealth;
  /** Whether the endpoint was among the last ones of its pool that were up together. */
  wasGood(pool: number, endpoint: number): boolean;
}

/** How the client's regions were put in order. */
interface RegionOrder {
  readonly regions: readonly number[];
  /** False: no database has the client, and the order is that of the config. */
  readonly byDistance: boolean;
}

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

/** What the answer came from. */
export interface Decision {
  readonly config: Config;
  readonly policy: Policy;
  /** Of the addresses asked for. */
  readonly family: 4 | 6;
  readonly serving: Serving;
  readonly order: RegionOrder;
  readonly chosen: readonly Chosen[];
  readonly health: ExplainHealth;
}

/** Says of each endpoint of the policy's pool why it is in the answer or not. */
export function traceEndpoints(decision: Decision): EndpointTrace[] {
  const { config, policy, chosen, health } = decision;
  return config.pools[policy.pool]!.endpoints.map((endpoint, index) => {
    const own = health.stateOf(policy.pool, index);
    const isChosen = chosen.some((one) => one.endpoint === index);
    const asked = { ...decision, index, own };
    return {
      name: endpoint.name,
      region: config.regions[endpoint.region]!.name,
      address: formatAddress(endpoint.address),
      health: own.state,
      chosen: isChosen,
      why: isChosen ? whyChosen(asked) : whyNot(asked),
    };
  });
}

/** A decision and one endpoint of it. */
interface Asked extends Decision {
  readonly index: number;
  readonly own: EndpointHealth;
}

function whyChosen({ config, policy, order, chosen, index, own }: Asked): string {
  const region = config.pools[policy.pool]!.endpoints[index]!.region;
  const share =
    chosen.length > 1
      ? `, ${chosen.findIndex((one) => one.endpoint === index) + 1} of ${chosen.length} answers`
      : '';
  const state =
    own.state === 'up' ? '' : `, although ${own.state === 'down' ? 'down: ' : ''}${describeHealth(own)}`;
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
  const { config, policy, family, index, own, health, serving } = asked;
  const { address } = config.pools[policy.pool]!.endpoints[index]!;
  if (address.family !== family)
    return `an IPv${address.family} address answers no ${family === 4 ? 'A' : 'AAAA'} question`;
  if (policy.type === 'failover' && tierOf(policy.tiers, index) < 0) return 'not in the order of the policy';
  switch (serving) {
    case Serving.HEALTHY:
      if (own.state === 'unknown') return 'no probe has judged it yet, and others are up';
      return own.state === 'down' ? describeHealth(own) : whyOutranked(asked);
    case Serving.UNKNOWN:
      return own.state === 'down' ? describeHealth(own) : whyOutranked(asked);
    case Serving.LAST_GOOD:
      return health.wasGood(policy.pool, index)
        ? whyOutranked(asked)
        : `${describeHealth(own)}; not among the last ones that were up`;
    case Serving.NODATA:
      return `${describeHealth(own)}; the policy answers nothing while all are down`;
    case Serving.ALL:
    case Serving.NONE:
      return whyOutranked(asked);
    default:
      return unreachable(serving);
  }
}

/** An eligible endpoint that others stood before. */
function whyOutranked({ config, policy, order, chosen, index }: Asked): string {
  const { endpoints } = config.pools[policy.pool]!;
  const { region, weight } = endpoints[index]!;
  if (weight === 0 && chosen.some((one) => endpoints[one.endpoint]!.weight > 0)) return 'weight 0';
  if (policy.type === 'failover') {
    const tier = tierOf(policy.tiers, index);
    const first = Math.min(...chosen.map((one) => tierOf(policy.tiers, one.endpoint)));
    return tier === first ? 'same tier, not drawn this time' : `standby: tier ${tier + 1}`;
  }
  const anywhere = policy.type === 'weighted' && policy.within === 'pool';
  const isPeer = anywhere || chosen.some((one) => one.region === region);
  if (!isPeer) return `farther: ${placeInOrder(order, region)}`;
  return anywhere ? 'not drawn this time' : 'same region, not drawn this time';
}

function tierOf(tiers: readonly (readonly number[])[], endpoint: number): number {
  return tiers.findIndex((tier) => tier.includes(endpoint));
}

function placeInOrder({ regions, byDistance }: RegionOrder, region: number): string {
  const position = regions.indexOf(region) + 1;
  if (!byDistance) return `region ${position} of the config`;
  return position === 1 ? 'nearest region' : `region ${position} by distance`;
}

/** Why it is down, `up`, or `not yet known`: what the column of states does not say already. */
function describeHealth({ state, lastReason }: EndpointHealth): string {
  if (state === 'unknown') return 'not yet known';
  return lastReason ?? state;
}
