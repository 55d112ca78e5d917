import { Rcode } from '../../dns/constants.ts';
import type { WireName } from '../../dns/names.ts';
import { writeQuestion } from '../../dns/question.ts';
import { type Message, readMessage } from '../../dns/reader.ts';
import type { IpAddress } from '../../ip/address.ts';
import { QueryContext } from '../../query/context.ts';
import { counterBytes } from '../../query/counters.ts';
import { respond } from '../../query/respond.ts';
import { QuerySource, Transport } from '../../query/source.ts';
import { assert } from '../../runtime/assert.ts';
import { limits } from '../../runtime/limits.ts';
import type { SnapshotBuffers } from '../../snapshot/buffers.ts';
import { Trace } from '../../steering/trace.ts';

/** Question and client of an explanation. */
export interface ExplainRequest {
  readonly name: WireName;
  readonly type: number;
  readonly client: ExplainClient;
  /** Names of regions that are to be taken as down. */
  readonly without: readonly string[];
  /** The moment to answer for, wall clock ms; undefined: now. */
  readonly atMs: number | undefined;
}

/** Who asks: an address, or a subnet as a resolver would send it (`prefix` set). */
export interface ExplainClient {
  readonly address: IpAddress;
  readonly prefix: number | undefined;
}

/** An answer with all that the deciding left behind. */
export interface Asked {
  readonly message: Message;
  readonly context: QueryContext;
  readonly trace: Trace;
}

/** Answers the question with the very function that answers packets, as over TCP, and notes the steps of the decision. */
export function askSnapshot(request: ExplainRequest, snapshot: SnapshotBuffers, nowMs: number): Asked {
  const { name, type, client } = request;
  const context = new QueryContext(uncounted, 1);
  context.adopt(snapshot);
  context.nowSeconds = Math.floor(nowMs / 1000);
  const trace = new Trace();
  context.decider.trace = trace;
  const { family, bytes } = client.address;
  // A full-length subnet is placed exactly as the address itself, and tells the scope.
  const subnet = { family, source: client.prefix ?? bytes.length * 8, bytes };
  const packet = writeQuestion(name, type, { udpBytes: limits.udpAnswerBytes, subnet });
  const out = new Uint8Array(limits.tcpMessageBytes);
  const length = respond(packet, packet.length, sourceOf(client.address), context, out);
  const message = readMessage(out.slice(0, length));
  assert(message !== undefined, 'our own answer can be read');
  return { message, context, trace };
}

/** Counters that nobody reads, for all explanations: V8 does not see the weight of shared memory it should free. */
const uncounted = new SharedArrayBuffer(counterBytes);

function sourceOf({ family, bytes }: IpAddress): QuerySource {
  const source = new QuerySource();
  source.transport = Transport.TCP;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  source.family = family;
  source.w0 = view.getUint32(0);
  if (family === 6)
    [source.w1, source.w2, source.w3] = [view.getUint32(4), view.getUint32(8), view.getUint32(12)];
  return source;
}

export function rcodeName(rcode: number): string {
  return Object.entries(Rcode).find(([, value]) => value === rcode)?.[0] ?? String(rcode);
}
