import { EdnsOption, RrType } from '../../src/dns/constants.ts';
import type { WireName } from '../../src/dns/names.ts';
import { parseAddress } from '../../src/ip/address.ts';

/** A query as bytes, with everything in it that a hostile or broken client may get wrong. */
export interface PacketParts {
  readonly id?: number;
  readonly flags?: number;
  readonly name?: WireName;
  readonly type?: number;
  readonly class?: number;
  /** In place of one question made of name, type and class. */
  readonly question?: readonly number[];
  /** Records after the question as bytes, an OPT record of `edns` behind them. */
  readonly records?: readonly number[];
  readonly edns?: OptParts;
  /** QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT where they differ from 1, 0, 0 and the OPT record. */
  readonly counts?: readonly [number, number, number, number];
  readonly trailing?: readonly number[];
}

export interface OptParts {
  readonly udpBytes?: number;
  readonly version?: number;
  readonly flags?: number;
  /** Options in wire form. */
  readonly options?: readonly number[];
}

export function packet(parts: PacketParts = {}): Uint8Array {
  const { id = 0x1234, flags = 0, name = Uint8Array.of(0), type = RrType.A, edns } = parts;
  const question = parts.question ?? [...name, ...u16(type), ...u16(parts.class ?? 1)];
  const counts = parts.counts ?? [1, 0, 0, edns === undefined ? 0 : 1];
  return Uint8Array.from([
    ...u16(id),
    ...u16(flags),
    ...counts.flatMap(u16),
    ...question,
    ...(parts.records ?? []),
    ...(edns === undefined ? [] : opt(edns)),
    ...(parts.trailing ?? []),
  ]);
}

/** An OPT record (RFC 6891 §6.1.2). */
export function opt({ udpBytes = 1232, version = 0, flags = 0, options = [] }: OptParts = {}): number[] {
  return [
    0,
    ...u16(RrType.OPT),
    ...u16(udpBytes),
    0,
    version,
    ...u16(flags),
    ...u16(options.length),
    ...options,
  ];
}

export function option(code: number, data: readonly number[]): number[] {
  return [...u16(code), ...u16(data.length), ...data];
}

/** A client subnet option (RFC 7871 §6) for `address/length`, bits behind the length cleared. */
export function subnetOption(text: string): number[] {
  const [addressText, lengthText] = text.split('/');
  const address = parseAddress(addressText!);
  if (address === undefined) throw new Error(`no address: ${text}`);
  const length = Number(lengthText);
  const bytes = [...address.bytes.subarray(0, Math.ceil(length / 8))];
  if (length % 8 !== 0) bytes[bytes.length - 1]! &= 0xff00 >>> (length % 8);
  return option(EdnsOption.CLIENT_SUBNET, [0, address.family === 4 ? 1 : 2, length, 0, ...bytes]);
}

function u16(value: number): [number, number] {
  return [(value >>> 8) & 0xff, value & 0xff];
}
