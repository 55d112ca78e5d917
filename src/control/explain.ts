import { Rcode, RrType, typeName } from '../dns/constants.ts';
import { formatName, type WireName } from '../dns/names.ts';
import { writeQuestion } from '../dns/question.ts';
import { formatRdata } from '../dns/rdata.ts';
import { readMessage } from '../dns/reader.ts';
import { distanceKm } from '../geo/distance.ts';
import { locate } from '../geo/locate.ts';
import { formatAddress, type IpAddress } from '../ip/address.ts';
import { formatPrefix, prefixOf } from '../ip/prefix.ts';
import { QueryContext } from '../query/context.ts';
import { counterBytes } from '../query/counters.ts';
import { respond } from '../query/respond.ts';
import { QuerySource, Transport } from '../query/source.ts';
import { OperatorError } from '../runtime/errors.ts';
import { limits } from '../runtime/limits.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { CandidateField, PolicyField, Serving } from '../steering/table.ts';
import { type Chosen, type Decision, type ExplainHealth, traceEndpoints } from './explain-endpoints.ts';
import type { ExplainedPlace, ExplainedRegion, Explanation } from './explanation.ts';
import type { Loaded } from './load.ts';

export interface ExplainRequest {
  readonly name: WireName;
  readonly type: number;
  readonly client: ExplainClient;
}

/** Who asks: an address, or a subnet as a resolver would send it (`prefix` set). */
export interface ExplainClient {
  readonly address: IpAddress;
  readonly prefix: number | undefined;
}

const servingTexts = {
  [Serving.NONE]: 'none',
  [Serving.HEALTHY]: 'healthy',
  [Serving.UNKNOWN]: 'unknown',
  [Serving.ALL]: 'all-down: serve-all',
  [Serving.LAST_GOOD]: 'all-down: last-known-good',
  [Serving.NODATA]: 'all-down: nodata',
} as const;

/** Counters that nobody reads, for all explanations: V8 does not see the weight of shared memory it should free. */
const uncounted = new SharedArrayBuffer(counterBytes);

/**
 * Answers the question with the very function that answers packets, on the very snapshot, and then tells what that
 * function decided and from what.
 */
export function explain(
  request: ExplainRequest,
  loaded: Loaded,
  snapshot: SnapshotBuffers,
  health: ExplainHealth,
  seed: number,
): Explanation {
  const { context, message } = ask(request, snapshot, seed);
  const { config } = loaded;
  const policyIndex = policyIndexOf(context);
  const policy = policyIndex === undefined ? undefined : config.policies[policyIndex]!;
  const { place, placeFault } = locateClient(request.client, loaded);
  const family = request.type === RrType.AAAA ? 6 : 4;
  const decision =
    policy &&
    ({
      config,
      policy,
      family,
      serving: servingOf(context, family),
      order: { regions: orderOf(context), byDistance: place !== undefined || placeFault !== undefined },
      chosen: chosenOf(context),
      health,
    } as const);
  return {
    question: {
      name: formatName(request.name),
      type: typeName(request.type),
      client: formatClient(request.client),
    },
    generation: snapshot.generation,
    answer: {
      rcode: rcodeName(message.rcode),
      records: message.answer.map(
        ({ owner, ttlSeconds, type, rdata }) =>
          `${formatName(owner)} ${ttlSeconds} ${typeName(type)} ${formatRdata(type, rdata)}`,
      ),
      extendedError: message.edns?.extended,
      scope: context.scope,
      scopePrefix: formatPrefix(prefixOf(request.client.address, context.scope)),
    },
    policy: decision && {
      name: decision.policy.name,
      type: decision.policy.type,
      pool: config.pools[decision.policy.pool]!.name,
      serving: servingTexts[decision.serving],
      ttlSeconds: context.rotation.words[context.policy + PolicyField.TTL]!,
    },
    place,
    placeFault,
    regions: decision === undefined ? [] : explainRegions(decision, place),
  };
}

function ask(request: ExplainRequest, snapshot: SnapshotBuffers, seed: number) {
  const { name, type, client } = request;
  const context = new QueryContext(uncounted, seed);
  context.adopt(snapshot);
  const source = new QuerySource();
  source.transport = Transport.TCP;
  const { family, bytes } = client.address;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  source.family = family;
  source.w0 = view.getUint32(0);
  if (family === 6)
    [source.w1, source.w2, source.w3] = [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  // A full-length subnet is placed exactly as the address itself, and tells the scope.
  const subnet = { family, source: client.prefix ?? bytes.length * 8, bytes };
  const packet = writeQuestion(name, type, { udpBytes: limits.udpAnswerBytes, subnet });
  const out = new Uint8Array(limits.tcpMessageBytes);
  const length = respond(packet, packet.length, source, context, out);
  const message = readMessage(out.slice(0, length));
  if (message === undefined) throw new Error('our own answer cannot be read');
  return { context, message };
}

/** Index of the policy that steered the answer. */
function policyIndexOf(context: QueryContext): number | undefined {
  if (context.policy === 0) return undefined;
  return (context.policy - context.rotation.policy(0)) / PolicyField.SIZE;
}

/** The geo map knows no names of places: those are read from the files, which may have changed since. */
function locateClient({ address }: ExplainClient, loaded: Loaded): Pick<Explanation, 'place' | 'placeFault'> {
  let found: ReturnType<typeof locate>['placed'];
  try {
    found = locate(loaded.geo.databases, address).placed;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { place: undefined, placeFault: error.message };
  }
  if (found === undefined) return { place: undefined, placeFault: undefined };
  const { city, subdivision, country, latitude, longitude } = found.place;
  const place = {
    database: found.database.name,
    prefix: formatPrefix(found.prefix),
    city,
    subdivision,
    country,
    latitude,
    longitude,
  };
  return { place, placeFault: undefined };
}

function servingOf({ rotation, policy }: QueryContext, family: 4 | 6): Serving {
  const field = family === 6 ? PolicyField.SERVING_AAAA : PolicyField.SERVING_A;
  return rotation.words[policy + field] as Serving;
}

/** All regions as the client's ranking has them. */
function orderOf({ geo, client }: QueryContext): number[] {
  return Array.from(geo.rankings.subarray(client.ranking, client.ranking + geo.regionCount));
}

function chosenOf({ choice, rotation }: QueryContext): Chosen[] {
  return Array.from(choice.candidates.subarray(0, choice.count), (candidate) => ({
    endpoint: rotation.words[candidate + CandidateField.ENDPOINT]!,
    region: rotation.words[candidate + CandidateField.REGION]!,
  }));
}

function explainRegions(decision: Decision, place: ExplainedPlace | undefined): ExplainedRegion[] {
  const traces = traceEndpoints(decision);
  return decision.order.regions
    .map((region) => decision.config.regions[region]!)
    .map(({ name, title, latitude, longitude }) => ({
      name,
      title,
      distanceKm: place && Math.round(distanceKm(place, { latitude, longitude })),
      endpoints: traces.filter((trace) => trace.region === name),
    }))
    .filter(({ endpoints }) => endpoints.length > 0);
}

function rcodeName(rcode: number): string {
  return Object.entries(Rcode).find(([, value]) => value === rcode)?.[0] ?? String(rcode);
}

function formatClient({ address, prefix }: ExplainClient): string {
  return prefix === undefined ? formatAddress(address) : formatPrefix(prefixOf(address, prefix));
}
