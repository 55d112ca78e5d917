import { RrType } from '../dns/constants.ts';
import { Section } from '../dns/reply.ts';
import { NodeField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';
import { writeNegative } from './negative.ts';
import { writeRrset } from './records.ts';

/**
 * ANY is answered with one small record (RFC 8482 §4.2): the CNAME where there is one, else a made-up HINFO.
 * False when it doesn't fit.
 */
export function writeAny(context: QueryContext, node: number, ownerAt: number): boolean {
  const { image, reply } = context;
  const cname = image.rrset(node, RrType.CNAME);
  if (cname !== 0) return writeRrset(context, Section.ANSWER, cname, ownerAt, 0);
  if (image.words[node + NodeField.RRSET_COUNT] === 0 && image.words[node + NodeField.ENTRY]! < 0) {
    return writeNegative(context, node);
  }
  const rdataAt = reply.startRecord(hinfo, 0, ownerAt, 0);
  if (rdataAt === 0 || !reply.raw(hinfo, 8, hinfo.length - 8)) return false;
  reply.endRecord(Section.ANSWER, rdataAt);
  return true;
}

/** Type HINFO, class IN, TTL 3600, CPU "RFC8482", no OS. */
const hinfo = Uint8Array.of(0, 13, 0, 1, 0, 0, 0x0e, 0x10, 7, ...new TextEncoder().encode('RFC8482'), 0);
