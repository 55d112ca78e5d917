import { limits } from '../runtime/limits.ts';
import { EDNS_DO, EdnsOption, Flag, Rcode, RrType } from './constants.ts';
import { BARE_ERROR, type ExtendedError } from './extended-errors.ts';
import type { Query } from './query.ts';

/** Sections in the order of their counts in the header. */
export const Section = { ANSWER: 0, AUTHORITY: 1, ADDITIONAL: 2 } as const;
export type Section = (typeof Section)[keyof typeof Section];

/** Room for cookie, NSID and keepalive. */
const OPTIONS_BYTES = 4 * 4 + 40 + limits.identityBytes;

const PADDING_BLOCK = 468;

/** Names whose places are remembered as targets of compression; further ones are written out. */
const KNOWN_NAMES = 64;

/**
 * Writes one answer into a buffer. One object per worker; `begin` … `finish` per packet. Room for the OPT record
 * is set aside at `begin`, so that a record that doesn't fit never costs it (RFC 6891 §7).
 */
export class Reply {
  out: Uint8Array = new Uint8Array(0);
  /** Where the next byte goes. */
  at = 0;
  /** The message ends here at the latest, records before the room set aside for OPT. */
  private end = 0;
  private limit = 0;
  /** Options that follow the client subnet in the OPT record. */
  readonly options = new Uint8Array(OPTIONS_BYTES);
  private optionBytes = 0;
  private padded = false;
  /** Why the answer is what it is, for those who speak EDNS. */
  extended: ExtendedError | undefined;
  flags = 0;
  rcode = 0;
  private readonly counts = new Int32Array(3);
  /** Places in `out` where a label starts from which a whole name runs. */
  private readonly known = new Int32Array(KNOWN_NAMES);
  /** Bytes of each of these names. Only names of one length are compared: never one with an end of itself. */
  private readonly knownBytes = new Int32Array(KNOWN_NAMES);
  private knownCount = 0;
  private questionKnown = false;

  /** Copies the question, with its case, and sets the limit. `maxBytes` is at least 512. */
  begin(packet: Uint8Array, query: Query, out: Uint8Array, maxBytes: number): void {
    this.out = out;
    this.flags = Flag.QR | (query.flags & (0x7800 | Flag.RD));
    this.rcode = 0;
    this.counts[0] = this.counts[1] = this.counts[2] = 0;
    this.knownCount = 0;
    this.questionKnown = false;
    this.optionBytes = 0;
    this.padded = false;
    this.extended = undefined;
    this.end = Math.min(maxBytes, out.length);
    this.limit = query.edns ? this.end - 11 - (query.subnet ? 4 + query.subnetLength : 0) : this.end;
    out[0] = packet[0]!;
    out[1] = packet[1]!;
    const end = query.questionEnd;
    for (let i = 12; i < end; i++) out[i] = packet[i]!;
    this.at = end;
  }

  /** Records in the answer section so far. */
  get answers(): number {
    return this.counts[Section.ANSWER]!;
  }

  /** Sets room aside for an option of `length` bytes and returns where in `options` its data goes. */
  addOption(code: number, length: number): number {
    const { options } = this;
    const at = this.optionBytes;
    options[at] = code >>> 8;
    options[at + 1] = code & 0xff;
    options[at + 2] = length >>> 8;
    options[at + 3] = length & 0xff;
    this.optionBytes += 4 + length;
    this.limit -= 4 + length;
    return at + 4;
  }

  /** The answer shall be filled up to a multiple of `PADDING_BLOCK` (RFC 8467 §4.1). */
  pad(): void {
    this.padded = true;
  }

  /** Adds `bytes[from … from + length)`, `count` whole records; false, with nothing added, when it doesn't fit. */
  copyRecords(section: Section, bytes: Uint8Array, from: number, length: number, count: number): boolean {
    if (this.at + length > this.limit) return false;
    const out = this.out;
    let at = this.at;
    for (const end = from + length; from < end; from++) out[at++] = bytes[from]!;
    this.at = at;
    this.counts[section] = this.counts[section]! + count;
    return true;
  }

  /**
   * Writes one record: a pointer to `ownerAt` in this message, class IN, and what stands at `from`: type, length and
   * RDATA without names to compress. False when it doesn't fit.
   */
  record(section: Section, ownerAt: number, ttlSeconds: number, bytes: Uint8Array, from: number): boolean {
    const length = (bytes[from + 2]! << 8) | bytes[from + 3]!;
    const { out, at } = this;
    if (at + 12 + length > this.limit) return false;
    out[at] = 0xc0 | (ownerAt >>> 8);
    out[at + 1] = ownerAt & 0xff;
    out[at + 2] = bytes[from]!;
    out[at + 3] = bytes[from + 1]!;
    out[at + 4] = 0;
    out[at + 5] = 1;
    out[at + 6] = ttlSeconds >>> 24;
    out[at + 7] = ttlSeconds >>> 16;
    out[at + 8] = ttlSeconds >>> 8;
    out[at + 9] = ttlSeconds;
    out[at + 10] = length >>> 8;
    out[at + 11] = length;
    for (let i = 0; i < length; i++) out[at + 12 + i] = bytes[from + 4 + i]!;
    this.at = at + 12 + length;
    this.counts[section] = this.counts[section]! + 1;
    return true;
  }

  /** Makes the names of the question targets of compression. Only records with names in them need it. */
  rememberQuestion(query: Query): void {
    if (this.questionKnown) return;
    this.questionKnown = true;
    for (let i = 0; i < query.labels; i++) {
      const at = query.labelAt[i]!;
      this.remember(12 + at, query.nameLength - at);
    }
  }

  /**
   * Starts a record: owner as a name of `bytes`, or as a pointer to `ownerAt` in this message when that is > 0.
   * Returns where its RDATA starts, 0 when even the fixed part doesn't fit. `fixed` is the place in `bytes` of
   * type, class and TTL. The caller writes RDATA and calls `endRecord` or `undo`.
   */
  startRecord(bytes: Uint8Array, owner: number, ownerAt: number, fixed: number): number {
    if (ownerAt > 0) {
      if (this.at + 2 > this.limit) return 0;
      this.out[this.at++] = 0xc0 | (ownerAt >>> 8);
      this.out[this.at++] = ownerAt & 0xff;
    } else if (!this.name(bytes, owner, true)) return 0;
    if (this.at + 10 > this.limit) return 0;
    for (let i = 0; i < 8; i++) this.out[this.at++] = bytes[fixed + i]!;
    this.at += 2;
    return this.at;
  }

  endRecord(section: Section, rdataAt: number): void {
    const length = this.at - rdataAt;
    this.out[rdataAt - 2] = length >>> 8;
    this.out[rdataAt - 1] = length & 0xff;
    this.counts[section] = this.counts[section]! + 1;
  }

  /** Takes back an unfinished record, and `count` finished ones before it, that began at `mark`. */
  undo(mark: number, section: Section, count: number): void {
    this.at = mark;
    this.counts[section] = this.counts[section]! - count;
    while (this.knownCount > 0 && this.known[this.knownCount - 1]! >= mark) this.knownCount--;
  }

  raw(bytes: Uint8Array, from: number, length: number): boolean {
    if (this.at + length > this.limit) return false;
    for (const end = from + length; from < end; from++) this.out[this.at++] = bytes[from]!;
    return true;
  }

  /** Writes the wire name at `from`, compressed where allowed (RFC 1035 §4.1.4); false when it doesn't fit. */
  name(bytes: Uint8Array, from: number, compress: boolean): boolean {
    let left = compress ? nameBytes(bytes, from) : 0;
    for (;;) {
      const size = bytes[from]!;
      if (size === 0) {
        if (this.at + 1 > this.limit) return false;
        this.out[this.at++] = 0;
        return true;
      }
      const target = compress ? this.findKnown(bytes, from, left) : 0;
      if (target > 0) {
        if (this.at + 2 > this.limit) return false;
        this.out[this.at++] = 0xc0 | (target >>> 8);
        this.out[this.at++] = target & 0xff;
        return true;
      }
      if (this.at + size + 1 > this.limit) return false;
      if (compress) this.remember(this.at, left);
      for (let i = 0; i <= size; i++) this.out[this.at++] = bytes[from + i]!;
      from += size + 1;
      left -= size + 1;
    }
  }

  /** Where the name at `at` in the message is written out: a pointer to a pointer serves no reader. */
  nameAt(at: number): number {
    const first = this.out[at]!;
    return first >= 0xc0 ? ((first & 0x3f) << 8) | this.out[at + 1]! : at;
  }

  /** Drops all records and sets TC: the client shall ask again over TCP (RFC 2181 §9). */
  truncate(query: Query): void {
    this.at = query.questionEnd;
    this.counts[0] = this.counts[1] = this.counts[2] = 0;
    this.flags |= Flag.TC;
  }

  /** Appends OPT with `scope` in the client subnet option, fills in the header; returns the answer's size. */
  finish(packet: Uint8Array, query: Query, scope: number, udpBytes: number): number {
    const out = this.out;
    if (query.edns) this.appendOpt(packet, query, scope, udpBytes);
    const flags = this.flags | (this.rcode & 0xf);
    out[2] = flags >>> 8;
    out[3] = flags & 0xff;
    out[4] = 0;
    out[5] = query.questionEnd > 12 ? 1 : 0;
    for (let i = 0; i < 3; i++) {
      const count = this.counts[i]!;
      out[6 + 2 * i] = count >>> 8;
      out[7 + 2 * i] = count & 0xff;
    }
    return this.at;
  }

  private appendOpt(packet: Uint8Array, query: Query, scope: number, udpBytes: number): void {
    const out = this.out;
    let at = this.at;
    out[at] = 0;
    out[at + 1] = 0;
    out[at + 2] = RrType.OPT;
    out[at + 3] = udpBytes >>> 8;
    out[at + 4] = udpBytes & 0xff;
    out[at + 5] = this.rcode >>> 4;
    out[at + 6] = 0;
    out[at + 7] = query.dnssecOk ? EDNS_DO >>> 8 : 0;
    out[at + 8] = 0;
    at += 11;
    const rdataAt = at;
    // RFC 7871 §7.2.1: family, source prefix and address are those of the query. A BADVERS answer has read none.
    if (query.subnet && this.rcode !== Rcode.BADVERS) {
      const length = query.subnetLength;
      out[at] = 0;
      out[at + 1] = 8;
      out[at + 2] = 0;
      out[at + 3] = length;
      for (let i = 0; i < length; i++) out[at + 4 + i] = packet[query.subnetAt + i]!;
      out[at + 7] = scope;
      at += 4 + length;
    }
    if (this.optionBytes > 0 || this.extended !== undefined || this.padded) at = this.appendMore(at);
    const length = at - rdataAt;
    out[rdataAt - 2] = length >>> 8;
    out[rdataAt - 1] = length & 0xff;
    this.at = at;
    this.counts[Section.ADDITIONAL] = this.counts[Section.ADDITIONAL]! + 1;
  }

  private appendMore(at: number): number {
    for (let i = 0; i < this.optionBytes; i++) this.out[at++] = this.options[i]!;
    if (this.extended !== undefined) at = this.appendExtended(this.extended, at);
    return this.padded ? this.appendPadding(at) : at;
  }

  /** RFC 8914 §3: the text, or all of it, is left out where it doesn't fit; that is no reason to truncate. */
  private appendExtended({ option }: ExtendedError, at: number): number {
    const whole = at + option.length <= this.end;
    if (!whole && at + BARE_ERROR > this.end) return at;
    const length = whole ? option.length : BARE_ERROR;
    for (let i = 0; i < length; i++) this.out[at + i] = option[i]!;
    if (!whole) this.out[at + 3] = BARE_ERROR - 4;
    if (!whole) this.out[at + 2] = 0;
    return at + length;
  }

  /** RFC 7830 §3: zero bytes up to the next block, or to the largest message. */
  private appendPadding(at: number): number {
    const { out } = this;
    const end = Math.min(this.end, Math.ceil((at + 4) / PADDING_BLOCK) * PADDING_BLOCK);
    const length = end - at - 4;
    if (length < 0) return at;
    out[at] = 0;
    out[at + 1] = EdnsOption.PADDING;
    out[at + 2] = length >>> 8;
    out[at + 3] = length & 0xff;
    out.fill(0, at + 4, end);
    return end;
  }

  private remember(at: number, length: number): void {
    // A pointer has 14 bits for its target.
    if (this.knownCount === KNOWN_NAMES || at >= 0x4000) return;
    this.knownBytes[this.knownCount] = length;
    this.known[this.knownCount++] = at;
  }

  private findKnown(bytes: Uint8Array, from: number, length: number): number {
    for (let i = 0; i < this.knownCount; i++) {
      if (this.knownBytes[i] === length && this.sameNameAt(bytes, from, this.known[i]!))
        return this.known[i]!;
    }
    return 0;
  }

  /** Whether the name at `from` equals the one in the message at `at`, whose pointers all point backwards. */
  private sameNameAt(bytes: Uint8Array, from: number, at: number): boolean {
    const out = this.out;
    for (let labels = 0; labels < limits.nameLabels; labels++) {
      while (out[at]! >= 0xc0) at = ((out[at]! & 0x3f) << 8) | out[at + 1]!;
      const size = out[at]!;
      if (bytes[from] !== size) return false;
      if (size === 0) return true;
      for (let i = 1; i <= size; i++) if (fold(out[at + i]!) !== fold(bytes[from + i]!)) return false;
      at += size + 1;
      from += size + 1;
    }
    return false;
  }
}

/** Bytes of the wire name at `from`, the root's zero counted. */
function nameBytes(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! > 0) at += bytes[at]! + 1;
  return at + 1 - from;
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}
