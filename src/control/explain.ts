import type { Config, Steering } from '../config/model.ts';
import { typeName } from '../dns/constants.ts';
import { formatName } from '../dns/names.ts';
import { formatRdata } from '../dns/rdata.ts';
import { type Location, locate } from '../geo/locate.ts';
import type { EndpointHealth } from '../health/table.ts';
import { formatAddress } from '../ip/address.ts';
import { formatPrefix, prefixOf } from '../ip/prefix.ts';
import { OperatorError } from '../runtime/errors.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import { NodeWriter } from '../snapshot/compile/tree/node-writer.ts';
import { PoolGroups } from '../snapshot/compile/tree/pool-groups.ts';
import { recordBook } from '../snapshot/compile/tree/record-book.ts';
import { RegionSet } from '../snapshot/compile/tree/region-set.ts';
import { EntryField, RecordKind, RotationHeader } from '../snapshot/rotation.ts';
import type { ConditionWords } from './condition-words.ts';
import { scopeWords, ttlWords } from './explain/answer-words.ts';
import {
  type Asked,
  askSnapshot,
  type ExplainClient,
  type ExplainRequest,
  rcodeName,
} from './explain/ask.ts';
import { tellRegions } from './explain/regions.ts';
import type { Frame, Scene } from './explain/scene.ts';
import { servingName } from './explain/serving-words.ts';
import { tellStep } from './explain/step.ts';
import { summaryOf } from './explain/summary.ts';
import { readTrace, type TracedNode } from './explain/traced.ts';
import { conditionsWithout, lossOf, regionsNamed, snapshotUnder, wordsWithout } from './explain/without.ts';
import type { ExplainedLoss, Explanation } from './explanation.ts';
import type { Loaded } from './load.ts';

/** What answers are made from, and what is known of it. Indexes are those of the config. */
export interface ExplainWorld {
  readonly loaded: Loaded;
  readonly snapshot: SnapshotBuffers;
  readonly nowMs: number;
  /** Those that the snapshot was made under. */
  readonly conditions: Conditions;
  /** What stands behind conditions. */
  wordsOf(conditions: Conditions): ConditionWords;
  health(pool: number, endpoint: number): EndpointHealth;
  /** The conditions at another moment, wall clock ms, with health as it is now. */
  conditionsAt(atMs: number): Conditions;
}

/**
 * Answers the question with the very function that answers packets, on the very snapshot, and then tells what that
 * function decided and from what. A string: what is wrong with the request.
 */
export function explain(request: ExplainRequest, world: ExplainWorld): Explanation | string {
  const { config } = world.loaded;
  const told = worldAt(request, world);
  const { conditions, words, nowMs } = told;
  const now = askSnapshot(request, told.snapshot, nowMs);
  if (request.without.length === 0) return describe(request, told, now, undefined);
  const lost = regionsNamed(config, request.without);
  if (typeof lost === 'string') return lost;
  const { entry } = now.context;
  // What no policy steers depends on no region.
  if (entry === 0) return describe(request, told, now, lossOf(config, lost, now, now));
  const lessened = conditionsWithout(config, conditions, lost);
  const snapshot = snapshotUnder(told.snapshot, config, lessened, entry);
  const then = askSnapshot(request, snapshot, nowMs);
  const without = { ...told, conditions: lessened, words: wordsWithout(config, words, lost) };
  return describe(request, without, then, lossOf(config, lost, now, then));
}

/** The world with what stands behind its conditions, in words. */
interface ToldWorld extends ExplainWorld {
  readonly words: ConditionWords;
}

/** The world now, or at the moment that is asked for: schedules and overrides go by that. */
function worldAt(request: ExplainRequest, world: ExplainWorld): ToldWorld {
  const { atMs } = request;
  const { config } = world.loaded;
  if (atMs === undefined) return { ...world, words: world.wordsOf(world.conditions) };
  const conditions = world.conditionsAt(atMs);
  const { entry } = askSnapshot(request, world.snapshot, world.nowMs).context;
  const snapshot = entry === 0 ? world.snapshot : snapshotUnder(world.snapshot, config, conditions, entry);
  return { ...world, conditions, snapshot, nowMs: atMs, words: world.wordsOf(conditions) };
}

function describe(
  request: ExplainRequest,
  world: ToldWorld,
  asked: Asked,
  without: ExplainedLoss | undefined,
): Explanation {
  const { message, context } = asked;
  const { config, geo } = world.loaded;
  const { address } = request.client;
  const located = locateClient(request.client, geo.databases);
  const { root, truncated } = readTrace(asked.trace, context.decider.words);
  const scene = sceneOf(request, world, asked, root, located);
  const entry = context.entry;
  const use = { policy: entry === 0 ? -1 : scene.nodes[entry + EntryField.POLICY]! };
  const policy = config.policies[use.policy];
  const frame = frameOf(config, policy?.families);
  const how = { chosen: 'chosen', peer: 'not drawn this time' };
  const steps = root && tellStep(scene, root, { frame, use, how, part: undefined, residency: 'ahead' });
  const { serving, ttlSeconds } = context.asker;
  return {
    question: {
      name: formatName(request.name),
      type: typeName(request.type),
      client: formatClient(request.client),
    },
    generation: world.snapshot.generation,
    at: request.atMs === undefined ? undefined : new Date(request.atMs).toISOString(),
    answer: {
      rcode: rcodeName(message.rcode),
      records: message.answer.map(
        ({ owner, ttlSeconds: seconds, type, rdata }) =>
          `${formatName(owner)} ${seconds} ${typeName(type)} ${formatRdata(type, rdata)}`,
      ),
      extendedError: message.edns?.extended,
      scope: context.scope,
      scopePrefix: formatPrefix(prefixOf(address, context.scope)),
      scopeWhy: root === undefined ? 'the zone answers everybody alike' : scopeWords(scene, root),
    },
    without,
    policy: policy &&
      steps && {
        name: policy.name,
        type: policy.type,
        why: summaryOf(steps),
        serving: servingName(serving),
        ttlSeconds,
        ttlWhy: ttlWords(scene, root!),
      },
    place: located.place,
    placeFault: located.placeFault,
    steps,
    truncated,
    regions: policy === undefined ? [] : tellRegions(scene, frame, use),
  };
}

function sceneOf(
  { client }: ExplainRequest,
  { loaded, conditions, words, health }: ToldWorld,
  { context }: Asked,
  root: TracedNode | undefined,
  { place, location }: Located,
): Scene {
  const { config } = loaded;
  const { choice, decider, asker, entry } = context;
  const index = entry === 0 ? 0 : (entry - RotationHeader.SIZE) / EntryField.SIZE;
  return {
    ...{ config, conditions, words, health, asker, place, location },
    nodes: decider.words,
    views: decider.views,
    kind: kindOf(decider.words, entry, root),
    steering: config.steerings[index] ?? noSteering,
    groups: new PoolGroups(config, conditions, new NodeWriter(0, new Uint8Array()), recordBook(config)),
    chosen: choice.candidates.subarray(0, entry === 0 ? 0 : choice.count),
    client: client.address,
    told: new Map(),
  };
}

/** The kind of record that the tree was grown for: an entry has a root for each. */
function kindOf(nodes: Int32Array, entry: number, root: TracedNode | undefined): RecordKind {
  const kinds = Object.values(RecordKind);
  return (
    kinds.find((kind) => root !== undefined && nodes[entry + EntryField.ROOTS + kind] === root.place) ?? 0
  );
}

/** Where no name is steered. */
const noSteering: Steering = {
  ...{ policy: 0, hosts: 'flatten', https: undefined, svcb: undefined, srv: undefined, mx: undefined },
};

function frameOf(config: Config, families: Frame['families'] = 'together'): Frame {
  const everywhere = RegionSet.all(config.regions.length);
  return { mode: 'strict', within: everywhere, only: everywhere, families };
}

interface Located extends Pick<Explanation, 'place' | 'placeFault'> {
  readonly location: Location | undefined;
}

/** The maps know no names of places: those are read from the files, which may have changed since. */
function locateClient({ address }: ExplainClient, databases: Loaded['geo']['databases']): Located {
  if (databases.length === 0)
    return { place: undefined, placeFault: 'no policy goes by places', location: undefined };
  let location: Location;
  try {
    location = locate(databases, address);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { place: undefined, placeFault: error.message, location: undefined };
  }
  const { placed, system } = location;
  const asn = system?.asn;
  if (placed === undefined) return { place: undefined, placeFault: undefined, location };
  const { city, subdivision, country, continent, latitude, longitude } = placed.place;
  const found = { database: placed.database.name, prefix: formatPrefix(placed.prefix) };
  const place = { ...found, city, subdivision, country, continent, asn, latitude, longitude };
  return { place, placeFault: undefined, location };
}

function formatClient({ address, prefix }: ExplainClient): string {
  return prefix === undefined ? formatAddress(address) : formatPrefix(prefixOf(address, prefix));
}
