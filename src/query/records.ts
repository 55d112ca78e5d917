import type { Section } from '../dns/reply.ts';
import { RrsetField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';

/** Owner place of a record that answers the question itself: the name in the question. */
export const QUESTION = 12;

/** Above every TTL (RFC 2181 §8): as stored. */
export const ANY_TTL = 0x7fffffff;

/**
 * Writes all records of a set of the image, owned by the name at `ownerAt` in the message, or by the name at
 * `owner` in the image when `ownerAt` is 0; a longer TTL than `maxTtlSeconds` is cut to that. False, with none of them written, when they don't all fit.
 */
export function writeRrset(
  context: QueryContext,
  section: Section,
  rrset: number,
  ownerAt: number,
  owner: number,
  maxTtlSeconds: number = ANY_TTL,
): boolean {
  const { image, reply } = context;
  const words = image.words;
  const from = words[rrset + RrsetField.BYTES]!;
  const count = words[rrset + RrsetField.COUNT]!;
  const names = words[rrset + RrsetField.NAMES]!;
  if (names === 0 && ownerAt === QUESTION && maxTtlSeconds === ANY_TTL) {
    return reply.copyRecords(section, image.bytes, from, words[rrset + RrsetField.LENGTH]!, count);
  }
  reply.rememberQuestion(context.query);
  const mark = reply.at;
  let at = from;
  for (let written = 0; written < count; written++) {
    if (!writeRecord(context, section, at, names, ownerAt, owner, maxTtlSeconds)) {
      reply.undo(mark, section, written);
      return false;
    }
    at += 12 + rdataLength(image.bytes, at);
  }
  return true;
}

function writeRecord(
  context: QueryContext,
  section: Section,
  at: number,
  names: number,
  ownerAt: number,
  owner: number,
  maxTtlSeconds: number,
): boolean {
  const { reply } = context;
  const bytes = context.image.bytes;
  const rdataAt = reply.startRecord(bytes, owner, ownerAt, at + 2);
  if (rdataAt === 0 || !writeRdata(context, at, names)) return false;
  if (ttlAt(bytes, at + 6) > maxTtlSeconds) setTtl(reply.out, rdataAt - 6, maxTtlSeconds);
  reply.endRecord(section, rdataAt);
  return true;
}

function writeRdata(context: QueryContext, at: number, names: number): boolean {
  const { reply } = context;
  const bytes = context.image.bytes;
  const end = at + 12 + rdataLength(bytes, at);
  let from = at + 12;
  if (names === 0) return reply.raw(bytes, from, end - from);
  const prefix = names >>> 2;
  if (!reply.raw(bytes, from, prefix)) return false;
  from += prefix;
  for (let left = names & 3; left > 0; left--) {
    if (!reply.name(bytes, from, true)) return false;
    from = nameEnd(bytes, from);
  }
  return reply.raw(bytes, from, end - from);
}

/** Where the RDATA of the first record of a set starts in the image's bytes. */
export function firstRdata(context: QueryContext, rrset: number): number {
  return context.image.words[rrset + RrsetField.BYTES]! + 12;
}

/** RDLENGTH of the record at `at`, whose owner is a two-byte pointer. */
export function rdataLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 10]! << 8) | bytes[at + 11]!;
}

function nameEnd(bytes: Uint8Array, from: number): number {
  while (bytes[from]! > 0) from += bytes[from]! + 1;
  return from + 1;
}

function ttlAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function setTtl(out: Uint8Array, at: number, ttlSeconds: number): void {
  out[at] = ttlSeconds >>> 24;
  out[at + 1] = ttlSeconds >>> 16;
  out[at + 2] = ttlSeconds >>> 8;
  out[at + 3] = ttlSeconds;
}
