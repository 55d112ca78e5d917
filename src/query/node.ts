import { RrType } from '../dns/constants.ts';
import { followName } from '../dns/query.ts';
import { Section } from '../dns/reply.ts';
import { NodeField } from '../snapshot/image.ts';
import type { RecordKind } from '../snapshot/rotation.ts';
import { leadBytes, writeAdditional } from './additional.ts';
import { writeAny } from './any.ts';
import type { QueryContext } from './context.ts';
import { writeNegative } from './negative.ts';
import { DONE, FULL } from './outcome.ts';
import { firstRdata, writeRrset } from './records.ts';
import type { QuerySource } from './source.ts';
import { answerSteered, steeredKind } from './steer.ts';

/**
 * Answers from a node that stands for the name at `ownerAt` in the message. Returns DONE, FULL, or the place in the
 * message of the name to go on with, which is then the query's.
 */
export function answerNode(
  context: QueryContext,
  source: QuerySource,
  node: number,
  ownerAt: number,
): number {
  const { image, query, reply } = context;
  const type = query.type;
  const steering = image.words[node + NodeField.ENTRY]!;
  if (steering >= 0) {
    const entry = context.rotation.entry(steering);
    const kind = steeredKind(context, entry, type);
    if (kind >= 0) return answerSteered(context, source, node, entry, kind as RecordKind, ownerAt);
  }
  if (type === RrType.ANY) return writeAny(context, node, ownerAt) ? DONE : FULL;
  const rrset = image.rrset(node, type);
  if (rrset !== 0) {
    if (!writeRrset(context, Section.ANSWER, rrset, ownerAt, 0)) return FULL;
    const prefixBytes = leadBytes(type);
    if (prefixBytes >= 0) writeAdditional(context, rrset, prefixBytes);
    return DONE;
  }
  const cname = image.rrset(node, RrType.CNAME);
  if (cname === 0) {
    const denying = type === RrType.DS ? image.words[node + NodeField.DS_APEX]! : node;
    return writeNegative(context, denying) ? DONE : FULL;
  }
  // The record's owner is a pointer, so that its RDATA starts 12 bytes on.
  const rdataAt = reply.at + 12;
  if (!writeRrset(context, Section.ANSWER, cname, ownerAt, 0)) return FULL;
  followName(query, image.bytes, firstRdata(context, cname));
  return reply.nameAt(rdataAt);
}
