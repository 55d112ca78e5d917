import { limits } from '../runtime/limits.ts';
import { Opcode, RrType } from './constants.ts';
import { parseOpt } from './edns.ts';
import { hashByte, LABEL_SEED } from './name-hash.ts';
import { Asked, hashSuffixes, Parsed, type Query } from './query.ts';

/** Reads header, question and OPT. Never throws, reads only below `length`. */
export function parseQuery(packet: Uint8Array, length: number, query: Query): Parsed {
  query.edns = false;
  query.subnet = false;
  query.options = 0;
  query.dnssecOk = false;
  query.udpBytes = 512;
  query.questionEnd = 12;
  query.type = 0;
  if (length < 12) return Parsed.DROP;
  const flags = (packet[2]! << 8) | packet[3]!;
  query.flags = flags;
  if (flags & 0x8000) return Parsed.DROP;
  if ((flags & 0x7800) !== Opcode.QUERY) return Parsed.NOTIMP;
  // RFC 9619: a query has exactly one question, or none beside a cookie.
  if (packet[4] !== 0 || packet[5] !== 1) {
    return packet[4] === 0 && packet[5] === 0 ? parseWithoutQuestion(packet, length, query) : Parsed.FORMERR;
  }
  const nameEnd = parseQuestionName(packet, length, query);
  if (nameEnd === 0 || nameEnd + 4 > length) return Parsed.FORMERR;
  query.type = (packet[nameEnd]! << 8) | packet[nameEnd + 1]!;
  query.class = (packet[nameEnd + 2]! << 8) | packet[nameEnd + 3]!;
  query.questionEnd = nameEnd + 4;
  if (length === nameEnd + 4 && isZero(packet, 6)) return Parsed.OK;
  return parseRecords(packet, length, query);
}

function parseWithoutQuestion(packet: Uint8Array, length: number, query: Query): Parsed {
  const outcome = parseRecords(packet, length, query);
  if (outcome !== Parsed.OK) return outcome;
  return (query.options & Asked.COOKIE) !== 0 ? Parsed.COOKIE : Parsed.FORMERR;
}

/** The question's name, folded and hashed; returns where it ends, 0 when it is malformed. */
function parseQuestionName(packet: Uint8Array, length: number, query: Query): number {
  const name = query.name;
  const labelAt = query.labelAt;
  const hashes = query.suffixHash;
  let at = 12;
  let labels = 0;
  let to = 0;
  for (;;) {
    if (at >= length) return 0;
    const size = packet[at++]!;
    // No compression: nothing stands before the first name. 255 bytes hold no more than 127 labels.
    if (size > limits.labelBytes || to + size + 1 > limits.nameBytes) return 0;
    labelAt[labels] = to;
    name[to++] = size;
    if (size === 0) break;
    if (at + size > length) return 0;
    let hash = LABEL_SEED;
    for (const end = at + size; at < end; at++) {
      let byte = packet[at]!;
      if (byte >= 0x41 && byte <= 0x5a) byte += 32;
      name[to++] = byte;
      hash = hashByte(hash, byte);
    }
    hashes[labels++] = hash;
  }
  query.nameLength = to;
  query.labels = labels;
  hashSuffixes(query);
  return at;
}

/** The records behind the question: none matters but one OPT in the additional section. */
function parseRecords(packet: Uint8Array, length: number, query: Query): Parsed {
  const before = ((packet[6]! << 8) | packet[7]!) + ((packet[8]! << 8) | packet[9]!);
  const total = before + ((packet[10]! << 8) | packet[11]!);
  let at = query.questionEnd;
  // Each record takes at least 11 bytes, so that the packet's length bounds the loop.
  for (let i = 0; i < total; i++) {
    const nameAt = at;
    at = skipName(packet, length, at);
    if (at === 0 || at + 10 > length) return Parsed.FORMERR;
    const type = (packet[at]! << 8) | packet[at + 1]!;
    const end = at + 10 + ((packet[at + 8]! << 8) | packet[at + 9]!);
    if (end > length) return Parsed.FORMERR;
    if (type === RrType.OPT) {
      // RFC 6891 §6.1.1: one OPT, in the additional section, owned by the root.
      if (i < before || query.edns || packet[nameAt] !== 0) return Parsed.FORMERR;
      const outcome = parseOpt(packet, at + 2, end, query);
      if (outcome !== Parsed.OK) return outcome;
    }
    at = end;
  }
  return at === length ? Parsed.OK : Parsed.FORMERR;
}

/** Where a record's owner name ends; 0 when it runs over the packet. A pointer ends it. */
function skipName(packet: Uint8Array, length: number, at: number): number {
  while (at < length) {
    const size = packet[at]!;
    if (size === 0) return at + 1;
    if (size >= 0xc0) return at + 2;
    if (size > limits.labelBytes) return 0;
    at += size + 1;
  }
  return 0;
}

function isZero(packet: Uint8Array, at: number): boolean {
  for (let i = at; i < 12; i++) if (packet[i] !== 0) return false;
  return true;
}
