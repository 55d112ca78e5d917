import { RrType } from '../dns/constants.ts';
import { hashName } from '../dns/name-hash.ts';
import { Section } from '../dns/reply.ts';
import { limits } from '../runtime/limits.ts';
import { NodeField, RrsetField } from '../snapshot/image.ts';
import { CandidateField } from '../steering/nodes.ts';
import type { QueryContext } from './context.ts';
import { rdataLength, writeRrset } from './records.ts';

/** Types of addresses that other records lead to. */
export const addressTypes = [RrType.A, RrType.AAAA] as const;

/**
 * Bytes before the name that a record of this type leads to, and whose addresses who asks will want next (RFC 1035
 * §3.3.9, RFC 2782, RFC 9460 §4.1); −1 for types that lead nowhere.
 */
export function leadBytes(type: number): number {
  switch (type) {
    case RrType.NS:
      return 0;
    case RrType.MX:
    case RrType.SVCB:
    case RrType.HTTPS:
      return 2;
    case RrType.SRV:
      return 6;
    default:
      return -1;
  }
}

/**
 * Adds the addresses of the names that a set of records leads to, as far as they lie in our zones and fit: they save a
 * question and are nothing more, so that what doesn't fit is left out without a word (RFC 2181 §9). Steered names are
 * left out: their addresses hold for one client, and the answer's scope for all.
 */
export function writeAdditional(context: QueryContext, rrset: number, prefixBytes: number): void {
  const { image, followed } = context;
  const words = image.words;
  let found = 0;
  let at = words[rrset + RrsetField.BYTES]!;
  const looks = Math.min(words[rrset + RrsetField.COUNT]!, limits.additionalNames);
  for (let i = 0; i < looks; i++) {
    found = follow(context, nodeNamed(context, image.bytes, at + 12 + prefixBytes), found);
    at += 12 + rdataLength(image.bytes, at);
  }
  followed.fill(0, 0, found);
}

/** The same for the steered records of the choice. */
export function writeChosenAdditional(context: QueryContext, prefixBytes: number): void {
  const { rotation, choice, followed } = context;
  let found = 0;
  for (let i = 0; i < choice.count && found < limits.additionalNames; i++) {
    const record = rotation.words[choice.candidates[i]! + CandidateField.RECORD]!;
    found = follow(context, nodeNamed(context, rotation.bytes, record + 4 + prefixBytes), found);
  }
  followed.fill(0, 0, found);
}

/** Adds the addresses of a node after `found` others, if it has not been one of them; returns how many there are now. */
function follow(context: QueryContext, node: number, found: number): number {
  const { image, followed } = context;
  if (node === 0 || !isStatic(image.words, node) || followed.indexOf(node) >= 0) return found;
  followed[found] = node;
  writeAddresses(context, node);
  return found + 1;
}

/** The node of the wire name at `from` in `bytes`, in any case; 0 when it is none of ours. */
export function nodeNamed({ image, target: lower }: QueryContext, bytes: Uint8Array, from: number): number {
  let length = 0;
  for (let size = -1; size !== 0; ) {
    size = bytes[from + length]!;
    lower[length++] = size;
    for (const end = length + size; length < end; length++) {
      const byte = bytes[from + length]!;
      lower[length] = byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
    }
  }
  return image.find(hashName(lower), lower, 0, length);
}

function isStatic(words: Int32Array, node: number): boolean {
  return words[node + NodeField.ENTRY]! < 0 && words[node + NodeField.CUT] === 0;
}

function writeAddresses(context: QueryContext, node: number): void {
  const owner = context.image.words[node + NodeField.NAME]!;
  for (const type of addressTypes) {
    const rrset = context.image.rrset(node, type);
    if (rrset !== 0) writeRrset(context, Section.ADDITIONAL, rrset, 0, owner);
  }
}
