import { EdnsOption, RrClass, RrType } from './constants.ts';
import type { WireName } from './names.ts';

export interface QuestionSubnet {
  readonly family: 4 | 6;
  /** Prefix length. */
  readonly source: number;
  /** Whole address; bits behind the prefix are cleared here. */
  readonly bytes: Uint8Array;
}

export interface QuestionOptions {
  readonly id?: number;
  /** Leave out for a query without EDNS. */
  readonly udpBytes?: number;
  /** Needs `udpBytes`. */
  readonly subnet?: QuestionSubnet;
}

/** Writes a query for one name (RFC 1035 §4.1, RFC 6891, RFC 7871): for explain, probes and tests. */
export function writeQuestion(name: WireName, type: number, options: QuestionOptions = {}): Uint8Array {
  const id = options.id ?? 0;
  const edns = options.udpBytes !== undefined;
  const header = [id >>> 8, id & 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0];
  const bytes = [...header, ...name, type >>> 8, type & 0xff, 0, RrClass.IN];
  if (!edns) return Uint8Array.from(bytes);
  const subnet = options.subnet === undefined ? [] : subnetOption(options.subnet);
  bytes.push(0, 0, RrType.OPT, options.udpBytes! >>> 8, options.udpBytes! & 0xff, 0, 0, 0, 0);
  bytes.push(subnet.length >>> 8, subnet.length & 0xff, ...subnet);
  return Uint8Array.from(bytes);
}

function subnetOption({ family, source, bytes }: QuestionSubnet): number[] {
  const address = [...bytes.subarray(0, (source + 7) >>> 3)];
  const spare = source & 7;
  if (spare !== 0) address[address.length - 1]! &= 0xff00 >>> spare;
  return [0, EdnsOption.CLIENT_SUBNET, 0, 4 + address.length, 0, family === 4 ? 1 : 2, source, 0, ...address];
}
