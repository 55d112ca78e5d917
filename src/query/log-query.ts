import { EntryField } from '../snapshot/rotation.ts';
import { CandidateField } from '../steering/nodes.ts';
import type { QueryContext } from './context.ts';
import { RecordWord } from './log-layout.ts';
import type { QuerySource } from './source.ts';

/**
 * Writes the query that was just answered with `size` bytes into the worker's log ring, if it is in the sample.
 * The name is the packet's own: that of the query may by now be the target of a CNAME.
 */
export function logQuery(packet: Uint8Array, source: QuerySource, context: QueryContext, size: number): void {
  const { log, query, reply } = context;
  if (!log.draw()) return;
  const at = log.claim();
  if (at < 0) return;
  const words = log.words;
  log.doubles[at >>> 1] = log.timeMs;
  words[at + RecordWord.GENERATION] = context.generation;
  words[at + RecordWord.CLIENT] = source.w0;
  if (source.family === 6) {
    words[at + RecordWord.CLIENT + 1] = source.w1;
    words[at + RecordWord.CLIENT + 2] = source.w2;
    words[at + RecordWord.CLIENT + 3] = source.w3;
  }
  words[at + RecordWord.PEER] = (source.port << 16) | (source.transport << 8) | source.family;
  words[at + RecordWord.ID_FLAGS] = (packet[0]! << 24) | (packet[1]! << 16) | reply.flags;
  words[at + RecordWord.OUTCOME] = (reply.rcode << 16) | size;
  words[at + RecordWord.EDNS] = query.edns ? (query.udpBytes << 16) | (query.dnssecOk ? 3 : 1) : 0;
  writeSubnet(context, at);
  writeDecision(context, at);
  writeQuestion(packet, context, at);
  log.commit();
}

function writeSubnet({ log, query, scope }: QueryContext, at: number): void {
  const words = log.words;
  words[at + RecordWord.SUBNET] = 0;
  if (!query.edns || !query.subnet) return;
  words[at + RecordWord.SUBNET] = (query.subnetFamily << 16) | (query.subnetSource << 8) | scope;
  words[at + RecordWord.SUBNET_ADDRESS] = query.subnetW0;
  words[at + RecordWord.SUBNET_ADDRESS + 1] = query.subnetW1;
  words[at + RecordWord.SUBNET_ADDRESS + 2] = query.subnetW2;
  words[at + RecordWord.SUBNET_ADDRESS + 3] = query.subnetW3;
}

/** The policy that steered the answer last, and the region of its first address. */
function writeDecision({ log, entry, choice, rotation }: QueryContext, at: number): void {
  const { words } = rotation;
  const steered = entry !== 0;
  log.words[at + RecordWord.POLICY] = steered ? words[entry + EntryField.POLICY]! : -1;
  log.words[at + RecordWord.REGION] =
    steered && choice.count > 0 ? words[choice.candidates[0]! + CandidateField.REGION]! : -1;
}

function writeQuestion(packet: Uint8Array, { log, query }: QueryContext, at: number): void {
  const length = query.questionEnd > 12 ? query.questionEnd - 16 : 0;
  log.words[at + RecordWord.QUESTION] = length > 0 ? (query.type << 16) | query.class : 0;
  log.words[at + RecordWord.NAME_LENGTH] = length;
  const to = 4 * (at + RecordWord.NAME);
  for (let i = 0; i < length; i++) log.bytes[to + i] = packet[12 + i]!;
}
