import { limits } from '../runtime/limits.ts';
import { EdnsOption, RrType } from './constants.ts';
import type { WireName } from './names.ts';
import { rdataNameLayout } from './rdata-names.ts';

/** A record of a message. Names in RDATA are written out, so that it has the form of `ZoneRecord.rdata`. */
export interface MessageRecord {
  readonly owner: WireName;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly rdata: Uint8Array;
}

export interface MessageSubnet {
  readonly family: 4 | 6;
  readonly source: number;
  readonly scope: number;
  /** As in the option: as many bytes as the source prefix needs. */
  readonly address: Uint8Array;
}

export interface Message {
  readonly id: number;
  readonly flags: number;
  /** With the upper bits of an OPT record. */
  readonly rcode: number;
  readonly question: { readonly name: WireName; readonly type: number; readonly class: number } | undefined;
  readonly answer: readonly MessageRecord[];
  readonly authority: readonly MessageRecord[];
  /** Without OPT. */
  readonly additional: readonly MessageRecord[];
  readonly edns: MessageEdns | undefined;
}

export interface MessageEdns {
  readonly udpBytes: number;
  readonly subnet: MessageSubnet | undefined;
  /** Why the answer is what it is (RFC 8914): the first one. */
  readonly extended: { readonly code: number; readonly text: string } | undefined;
  /** All options in their order. */
  readonly options: readonly MessageOption[];
}

export interface MessageOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/**
 * Reads a whole message (RFC 1035 §4) into objects: for explain, probes and tests, not for the query path.
 * Undefined when it is malformed. Never throws.
 */
export function readMessage(bytes: Uint8Array): Message | undefined {
  if (bytes.length < 12) return undefined;
  const reader = new Reader(bytes);
  const [id, flags, questions, ...counts] = [0, 2, 4, 6, 8, 10].map((at) => reader.u16(at));
  if (questions! > 1) return undefined;
  const question = questions === 1 ? reader.question() : undefined;
  const sections = counts.map((count) => reader.records(count));
  if (reader.failed || reader.at !== bytes.length) return undefined;
  const opt = sections[2]!.find((record) => record.type === RrType.OPT);
  return {
    id: id!,
    flags: flags!,
    rcode: (flags! & 0xf) | (opt === undefined ? 0 : (opt.ttlSeconds >>> 24) << 4),
    question,
    answer: sections[0]!,
    authority: sections[1]!,
    additional: sections[2]!.filter((record) => record !== opt),
    edns: opt && readOpt(opt),
  };
}

class Reader {
  private readonly bytes: Uint8Array;
  at = 12;
  failed = false;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  u16(at: number): number {
    if (at + 2 > this.bytes.length) this.failed = true;
    return this.failed ? 0 : (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }

  question(): NonNullable<Message['question']> {
    const name = this.name();
    const type = this.u16(this.at);
    const klass = this.u16(this.at + 2);
    this.at += 4;
    return { name, type, class: klass };
  }

  records(count: number): MessageRecord[] {
    const records: MessageRecord[] = [];
    for (let i = 0; i < count && !this.failed; i++) records.push(this.record());
    return records;
  }

  private record(): MessageRecord {
    const owner = this.name();
    const type = this.u16(this.at);
    const klass = this.u16(this.at + 2);
    const ttlSeconds = this.u16(this.at + 4) * 0x10000 + this.u16(this.at + 6);
    const end = this.at + 10 + this.u16(this.at + 8);
    this.at += 10;
    if (end > this.bytes.length) this.failed = true;
    const rdata = this.failed ? new Uint8Array(0) : this.rdata(type, end);
    this.at = end;
    return { owner, type, class: klass, ttlSeconds, rdata };
  }

  private rdata(type: number, end: number): Uint8Array {
    const layout = rdataNameLayout(type);
    if (layout.names === 0) return this.bytes.slice(this.at, end);
    const parts: Uint8Array[] = [this.bytes.slice(this.at, this.at + layout.prefixBytes)];
    this.at += layout.prefixBytes;
    for (let i = 0; i < layout.names; i++) parts.push(this.name());
    if (this.at > end) this.failed = true;
    parts.push(this.bytes.slice(this.at, Math.max(this.at, end)));
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  /** The name at `at`, pointers followed; they may only point backwards, which bounds the walk. */
  private name(): WireName {
    const name: number[] = [];
    let at = this.at;
    let jumped = false;
    while (!this.failed) {
      const size = this.bytes[at];
      if (size === undefined || name.length >= limits.nameBytes) break;
      if (size >= 0xc0) {
        const target = this.u16(at) & 0x3fff;
        if (!jumped) this.at = at + 2;
        jumped = true;
        if (target >= at) break;
        at = target;
      } else {
        if (size > limits.labelBytes || at + size >= this.bytes.length) break;
        name.push(...this.bytes.subarray(at, at + size + 1));
        at += size + 1;
        if (!jumped) this.at = at;
        if (size === 0) return Uint8Array.from(name);
      }
    }
    this.failed = true;
    return Uint8Array.of(0);
  }
}

function readOpt({ class: udpBytes, rdata }: MessageRecord): MessageEdns {
  const options = readOptions(rdata);
  const find = (code: number, least: number) =>
    options.find((option) => option.code === code && option.data.length >= least)?.data;
  const subnet = find(EdnsOption.CLIENT_SUBNET, 4);
  const extended = find(EdnsOption.EDE, 2);
  return {
    udpBytes,
    subnet: subnet && {
      family: subnet[1] === 2 ? 6 : 4,
      source: subnet[2]!,
      scope: subnet[3]!,
      address: subnet.slice(4),
    },
    extended: extended && {
      code: (extended[0]! << 8) | extended[1]!,
      text: new TextDecoder().decode(extended.subarray(2)),
    },
    options,
  };
}

/** Those that are whole. */
function readOptions(rdata: Uint8Array): MessageOption[] {
  const options: MessageOption[] = [];
  for (let at = 0; at + 4 <= rdata.length; ) {
    const code = (rdata[at]! << 8) | rdata[at + 1]!;
    const length = (rdata[at + 2]! << 8) | rdata[at + 3]!;
    at += 4;
    if (at + length > rdata.length) break;
    options.push({ code, data: rdata.slice(at, at + length) });
    at += length;
  }
  return options;
}
