import { formatAddress, type IpAddress, parseAddress } from './address.ts';

/** A block of addresses. The bits of `address` past `length` are zero. */
export interface Prefix {
  readonly address: IpAddress;
  /** Bits, in the family of the address. */
  readonly length: number;
}

/** The block of `length` bits (0 … 32 or 128) that holds `address`. */
export function prefixOf(address: IpAddress, length: number): Prefix {
  const bytes = address.bytes.map((byte, i) => byte & (0xff00 >>> Math.min(8, Math.max(0, length - 8 * i))));
  return { address: { family: address.family, bytes }, length };
}

/** Reads `address/length`; undefined when either is malformed or a bit past the length is set. */
export function parsePrefix(text: string): Prefix | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match ? parseAddress(match[1]!) : undefined;
  const length = Number(match?.[2]);
  if (address === undefined || length > 8 * address.bytes.length) return undefined;
  const prefix = prefixOf(address, length);
  return prefix.address.bytes.every((byte, i) => byte === address.bytes[i]) ? prefix : undefined;
}

export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}
