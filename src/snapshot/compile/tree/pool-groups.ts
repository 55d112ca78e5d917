import type { Config } from '../../../config/model.ts';
import { RrType } from '../../../dns/constants.ts';
import { type Serving, VOID } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import type { Conditions } from '../conditions.ts';
import { contextKey, type GrowContext } from './context.ts';
import { findMembers, hasKind, type Members } from './members.ts';
import type { CandidateWords, NodeWriter } from './node-writer.ts';
import type { RecordBook } from './record-book.ts';
import { encodeHost, encodeRecord } from './record-form.ts';

type HostKind = Exclude<RecordKind, typeof RecordKind.A | typeof RecordKind.AAAA>;

/** What is asked for of a pool: by which weights, and of which endpoints (undefined: all). */
export interface GroupRequest {
  readonly pool: number;
  readonly even: boolean;
  readonly among?: readonly number[] | undefined;
  /** The endpoints among which the best state is looked for; undefined: as `among`. */
  readonly members?: readonly number[] | undefined;
}

/** The groups of endpoints that trees end in; equal ones are written once. Places are 0 where nobody may serve. */
export class PoolGroups {
  private readonly config: Config;
  private readonly conditions: Conditions;
  private readonly writer: NodeWriter;
  private readonly records: RecordBook;
  private readonly groups = new Map<string, number>();
  private readonly byRegion = new Map<string, readonly number[]>();
  private readonly members = new Map<string, Members>();

  constructor(config: Config, conditions: Conditions, writer: NodeWriter, records: RecordBook) {
    this.config = config;
    this.conditions = conditions;
    this.writer = writer;
    this.records = records;
  }

  /** One group of all. VOID: both families have something to serve, but here only the other one. */
  whole(request: GroupRequest, context: GrowContext): number {
    const own = this.group(request, context);
    if (own !== 0 || !this.staysTogether(request, context)) return own;
    return this.group(request, otherFamily(context)) === 0 ? 0 : VOID;
  }

  /** One group for each region; VOID as above. */
  regions(request: GroupRequest, context: GrowContext): readonly number[] {
    const own = this.regionGroups(request, context);
    if (!this.staysTogether(request, context)) return own;
    const other = this.regionGroups(request, otherFamily(context));
    return own.map((place, region) => (place === 0 && other[region] !== 0 ? VOID : place));
  }

  /**
   * Which endpoints may serve: of both families where they stay together, and the best state is looked for among both; of
   * one alone where the other has nothing usable, so that its rule for that case holds.
   */
  membersOf({ pool, among, members = among }: GroupRequest, context: GrowContext): Members {
    const { kind } = context;
    if (isTogether(context)) {
      const both = this.membersOfKind(pool, context, families, members);
      if (this.hasBoth(pool, context, both)) return both;
    }
    return this.membersOfKind(pool, context, [kind], members);
  }

  private staysTogether({ pool, among, members = among }: GroupRequest, context: GrowContext): boolean {
    if (!isTogether(context)) return false;
    return this.hasBoth(pool, context, this.membersOfKind(pool, context, families, members));
  }

  private has(pool: number, endpoint: number, kind: RecordKind, { steering }: GrowContext): boolean {
    const { endpoints } = this.config.pools[pool]!;
    return hasKind(this.conditions, pool, endpoint, endpoints[endpoint]!, kind, steering.hosts);
  }

  private hasBoth(pool: number, context: GrowContext, { endpoints }: Members): boolean {
    return families.every((kind) => endpoints.some((i) => this.has(pool, i, kind, context)));
  }

  private group(request: GroupRequest, context: GrowContext): number {
    const key = keyOf(request, context);
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const { serving, endpoints } = this.fitting(request, context);
    const place = this.write(request, context, serving, endpoints);
    this.groups.set(key, place);
    return place;
  }

  private regionGroups(request: GroupRequest, context: GrowContext): readonly number[] {
    const key = keyOf(request, context);
    const known = this.byRegion.get(key);
    if (known !== undefined) return known;
    const all = this.config.pools[request.pool]!.endpoints;
    const { serving, endpoints } = this.fitting(request, context);
    const lists = new Map<number, number[]>();
    for (const endpoint of endpoints) {
      const { region } = all[endpoint]!;
      const list = lists.get(region);
      if (list === undefined) lists.set(region, [endpoint]);
      else list.push(endpoint);
    }
    const places = this.config.regions.map(() => 0);
    for (const [region, list] of lists) places[region] = this.write(request, context, serving, list);
    this.byRegion.set(key, places);
    return places;
  }

  private fitting(request: GroupRequest, context: GrowContext): Members {
    const { serving, endpoints } = this.membersOf(request, context);
    const all = this.config.pools[request.pool]!.endpoints;
    const { among } = request;
    const fits = (i: number): boolean =>
      context.only.has(all[i]!.region) &&
      this.has(request.pool, i, context.kind, context) &&
      (among === undefined || among.includes(i));
    return { serving, endpoints: endpoints.filter(fits) };
  }

  private write(
    { pool, even }: GroupRequest,
    context: GrowContext,
    serving: Serving,
    endpoints: readonly number[],
  ): number {
    if (endpoints.length === 0) return 0;
    const all = this.config.pools[pool]!.endpoints;
    // Without a weight among them they share evenly: nobody else is left.
    const isEven = even || endpoints.every((i) => all[i]!.weight === 0);
    const candidates: CandidateWords[] = [];
    for (const endpoint of endpoints) {
      const { region, weight } = all[endpoint]!;
      if (!isEven && weight === 0) continue;
      for (const record of this.recordsOf(pool, endpoint, context))
        candidates.push({ weight: isEven ? 1 : weight, region, pool, endpoint, record });
    }
    return this.writer.gives(this.writer.group({ policy: -1, serving }, candidates));
  }

  /** Places of the records that stand for an endpoint: one, or for a host that is flattened one an address. */
  private recordsOf(pool: number, endpoint: number, { kind, steering }: GrowContext): readonly number[] {
    const own = this.config.pools[pool]!.endpoints[endpoint]!;
    if (kind > RecordKind.AAAA) return [this.writer.record(encodeHost(own, kind as HostKind, steering))];
    if (own.address !== undefined) return [this.records.placeOf(pool, endpoint)];
    const family = kind === RecordKind.A ? 4 : 6;
    return this.conditions
      .hostAddresses(pool, endpoint)
      .filter(({ address }) => address.family === family)
      .map(({ address }) =>
        this.writer.record(encodeRecord(family === 4 ? RrType.A : RrType.AAAA, address.bytes)),
      );
  }

  private membersOfKind(
    pool: number,
    context: GrowContext,
    kinds: readonly RecordKind[],
    among: readonly number[] | undefined,
  ): Members {
    const { mode, within, steering } = context;
    const key = `${pool} ${mode}${within.id}${steering.hosts} ${kinds.join()} ${listKey(among)}`;
    let members = this.members.get(key);
    if (members === undefined) {
      const has = (endpoint: number): boolean =>
        kinds.some((kind) => this.has(pool, endpoint, kind, context));
      members = findMembers(this.config, this.conditions, { pool, mode, within, has, among });
      this.members.set(key, members);
    }
    return members;
  }
}

const families = [RecordKind.A, RecordKind.AAAA] as const;

function keyOf({ pool, even, among, members }: GroupRequest, context: GrowContext): string {
  return `${pool} ${contextKey(context)} ${even} ${listKey(among)} ${listKey(members)}`;
}

/** An empty list is not the same as none. */
function listKey(list: readonly number[] | undefined): string {
  return list === undefined ? '' : `[${list.join()}]`;
}

/** Whether A and AAAA go by each other: kinds that lead to hosts have no other family. */
export function isTogether({ kind, families: rule }: GrowContext): boolean {
  return rule === 'together' && kind <= RecordKind.AAAA;
}

export function otherFamily(context: GrowContext): GrowContext {
  return { ...context, kind: context.kind === RecordKind.A ? RecordKind.AAAA : RecordKind.A };
}
