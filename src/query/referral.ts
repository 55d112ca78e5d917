import { Flag, RrType } from '../dns/constants.ts';
import { Section } from '../dns/reply.ts';
import { NodeField, RrsetField } from '../snapshot/image.ts';
import { addressTypes, nodeNamed } from './additional.ts';
import type { QueryContext } from './context.ts';
import { rdataLength, writeRrset } from './records.ts';

/**
 * Sends the client on to the servers of a delegated zone: NS in the authority section, their addresses in the
 * additional section when they lie in our zones (RFC 1034 §4.3.2 step 3b). Glue below the delegation that
 * doesn't fit sets TC, since the referral is useless without it (RFC 9471 §3.1).
 * False when even the NS records don't fit.
 */
export function writeReferral(context: QueryContext, cut: number): boolean {
  const { image } = context;
  const words = image.words;
  const ns = image.rrset(cut, RrType.NS);
  if (!writeRrset(context, Section.AUTHORITY, ns, 0, words[cut + NodeField.NAME]!)) return false;
  let at = words[ns + RrsetField.BYTES]!;
  for (let left = words[ns + RrsetField.COUNT]!; left > 0; left--) {
    writeGlue(context, cut, at + 12);
    at += 12 + rdataLength(image.bytes, at);
  }
  return true;
}

function writeGlue(context: QueryContext, cut: number, name: number): void {
  const { image, reply } = context;
  const node = nodeNamed(context, context.image.bytes, name);
  if (node === 0) return;
  const required = image.words[node + NodeField.CUT] === cut;
  const owner = image.words[node + NodeField.NAME]!;
  for (const type of addressTypes) {
    const rrset = image.rrset(node, type);
    if (rrset === 0) continue;
    if (!writeRrset(context, Section.ADDITIONAL, rrset, 0, owner) && required) reply.flags |= Flag.TC;
  }
}
