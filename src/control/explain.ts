import type { Config } from '../config/model.ts';
import { Rcode, typeName } from '../dns/constants.ts';
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
import { EntryField } from '../snapshot/rotation.ts';
import { CandidateField, Serving } from '../steering/nodes.ts';
import { type Chosen, type EndpointTrace, type ExplainHealth, traceEndpoints } from './explain-endpoints.ts';
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

const servingTexts = Object.fromEntries(
  Object.entries(Serving).map(([name, serving]) => [serving, name.toLowerCase().replaceAll('_', '-')]),
);

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
    policy: policy && {
      name: policy.name,
      type: policy.type,
      serving: servingTexts[context.asker.serving]!,
      ttlSeconds: context.asker.ttlSeconds,
    },
    place,
    placeFault,
    regions:
      policyIndex === undefined
        ? []
        : explainRegions(config, traceEndpoints(config, policyIndex, chosenOf(context), health), place),
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
function policyIndexOf({ entry, rotation }: QueryContext): number | undefined {
  return entry === 0 ? undefined : rotation.words[entry + EntryField.POLICY]!;
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

function chosenOf({ choice, rotation }: QueryContext): Chosen[] {
  return Array.from(choice.candidates.subarray(0, choice.count), (candidate) => ({
    pool: rotation.words[candidate + CandidateField.POOL]!,
    endpoint: rotation.words[candidate + CandidateField.ENDPOINT]!,
  }));
}

function explainRegions(
  config: Config,
  traces: readonly EndpointTrace[],
  place: ExplainedPlace | undefined,
): ExplainedRegion[] {
  return config.regions
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
