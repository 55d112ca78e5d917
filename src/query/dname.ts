import { Rcode, RrType } from '../dns/constants.ts';
import { followName } from '../dns/query.ts';
import { Section } from '../dns/reply.ts';
import { limits } from '../runtime/limits.ts';
import { NodeField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';
import { DONE, FULL } from './outcome.ts';
import { firstRdata, writeRrset } from './records.ts';

/** Bytes of type, class and TTL in front of the name in the scratch. */
const FIXED = 8;

/**
 * Answers for a name below the owner of a DNAME (RFC 6672 §3.2): the DNAME and a CNAME made from it, with its TTL.
 * `label` is the first label of the owner within the query's name. Returns as `answerNode` does.
 */
export function writeDname(context: QueryContext, node: number, label: number, ownerAt: number): number {
  const { image, query, reply, target } = context;
  const rrset = image.rrset(node, RrType.DNAME);
  if (!writeRrset(context, Section.ANSWER, rrset, 0, image.words[node + NodeField.NAME]!)) return FULL;
  const rdata = firstRdata(context, rrset);
  const size = (image.bytes[rdata - 2]! << 8) | image.bytes[rdata - 1]!;
  const prefix = query.labelAt[label]!;
  if (prefix + size > limits.nameBytes) {
    reply.rcode = Rcode.YXDOMAIN;
    return DONE;
  }
  target[0] = 0;
  target[1] = RrType.CNAME;
  for (let i = 2; i < FIXED; i++) target[i] = image.bytes[rdata - 10 + i]!;
  for (let i = 0; i < prefix; i++) target[FIXED + i] = query.name[i]!;
  for (let i = 0; i < size; i++) target[FIXED + prefix + i] = image.bytes[rdata + i]!;
  const rdataAt = reply.startRecord(target, 0, ownerAt, 0);
  if (rdataAt === 0 || !reply.name(target, FIXED, true)) return FULL;
  reply.endRecord(Section.ANSWER, rdataAt);
  followName(query, target, FIXED);
  return reply.nameAt(rdataAt);
}
