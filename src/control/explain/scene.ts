import type { Config, Endpoint, Steering } from '../../config/model.ts';
import type { Use } from '../../config/policy-model.ts';
import { poolsUnder } from '../../config/policy-uses.ts';
import { formatName } from '../../dns/names.ts';
import type { Location } from '../../geo/locate.ts';
import type { GeoMap } from '../../geo/map.ts';
import type { EndpointHealth } from '../../health/table.ts';
import { formatAddress, type IpAddress } from '../../ip/address.ts';
import type { Conditions } from '../../snapshot/compile/conditions.ts';
import type { Mode } from '../../snapshot/compile/tree/context.ts';
import type { PoolGroups } from '../../snapshot/compile/tree/pool-groups.ts';
import type { RegionSet } from '../../snapshot/compile/tree/region-set.ts';
import type { RecordKind } from '../../snapshot/rotation.ts';
import type { Asker } from '../../steering/asker.ts';
import { CandidateField } from '../../steering/nodes.ts';
import type { ConditionWords } from '../condition-words.ts';
import type { ExplainedPlace, ExplainedStep } from '../explanation.ts';
import type { TracedNode } from './traced.ts';

/** What a decision was made from, and what is told of it. */
export interface Scene {
  readonly config: Config;
  readonly conditions: Conditions;
  readonly words: ConditionWords;
  health(pool: number, endpoint: number): EndpointHealth;
  /** The rotation. */
  readonly nodes: Int32Array;
  readonly views: readonly GeoMap[];
  /** As the decision left it. */
  readonly asker: Asker;
  readonly kind: RecordKind;
  readonly steering: Steering;
  /** Knows which endpoints may serve. */
  readonly groups: PoolGroups;
  /** Places of the candidates in the answer. */
  readonly chosen: Int32Array;
  readonly client: IpAddress;
  /** Undefined: the geo files were replaced since they were compiled. */
  readonly location: Location | undefined;
  readonly place: ExplainedPlace | undefined;
  /** What the tree says of each endpoint, by `memberKey`. */
  readonly told: Map<string, string>;
}

/** For what a part of the tree was grown: the parts of `GrowContext` that change on the way down. */
export interface Frame {
  readonly mode: Mode;
  readonly within: RegionSet;
  readonly only: RegionSet;
  readonly families: 'together' | 'apart';
}

/** How a part of the tree was come to. */
export interface Way {
  readonly frame: Frame;
  /** What the node was grown for. */
  readonly use: Use;
  readonly how: How;
  /** Endpoints that the node stands for, where that is a part of what `use` leads to. */
  readonly part: Part | undefined;
  /** Of the policy in `use`: not yet looked at, looked at and any region may serve, or only some may. */
  readonly residency: 'ahead' | 'open' | 'closed';
}

/** Some endpoints; `among`: those of the pool among which the best state was looked for. */
export interface Part {
  readonly members: readonly Member[];
  readonly among: readonly number[] | undefined;
}

/** What is said of endpoints at the end of a way. */
export interface How {
  readonly chosen: string;
  /** Of one that could have been drawn as well. */
  readonly peer: string;
}

/** Tells of a node and of all that was asked inside of it. */
export type Tell = (scene: Scene, node: TracedNode, way: Way) => ExplainedStep;

/** An endpoint of a pool. */
export interface Member {
  readonly pool: number;
  readonly endpoint: number;
}

export function memberKey({ pool, endpoint }: Member): string {
  return `${pool}/${endpoint}`;
}

/** The endpoints that a use leads to, in the regions of this part of the tree; of one region where that is given. */
export function membersOf({ config }: Scene, { only }: Frame, use: Use, region?: number): Member[] {
  const pools = 'pool' in use ? [use.pool] : poolsUnder(config.policies, use.policy);
  return pools.flatMap((pool) =>
    config.pools[pool]!.endpoints.flatMap((each, endpoint) =>
      only.has(each.region) && (region === undefined || each.region === region) ? { pool, endpoint } : [],
    ),
  );
}

/** Notes what is to be said of an endpoint. A later part of the tree knows better, unless the endpoint is in the answer. */
export function note(scene: Scene, member: Member, text: string, inAnswer = false): void {
  if (inAnswer || !isChosen(scene, member)) scene.told.set(memberKey(member), text);
}

export function isChosen({ nodes, chosen }: Scene, { pool, endpoint }: Member): boolean {
  return chosen.some(
    (at) => nodes[at + CandidateField.POOL] === pool && nodes[at + CandidateField.ENDPOINT] === endpoint,
  );
}

export function endpointOf({ config }: Scene, { pool, endpoint }: Member) {
  return config.pools[pool]!.endpoints[endpoint]!;
}

export function regionName({ config }: Scene, region: number): string {
  return config.regions[region]!.name;
}

/** `pool app`, `policy near` */
export function useName({ config }: Scene, use: Use): string {
  return 'pool' in use
    ? `pool ${config.pools[use.pool]!.name}`
    : `policy ${config.policies[use.policy]!.name}`;
}

/** Its address, else its host name. */
export function addressText({ address, host }: Endpoint): string {
  return address === undefined ? formatName(host!) : formatAddress(address);
}
