import type { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { readSource } from './sockaddr.ts';

/** What `readProxyHeader` says when there is no header to skip. */
export const ProxyHeader = { INCOMPLETE: 0, BROKEN: -1 } as const;

/**
 * Reads a PROXY protocol header, version 2 (haproxy's proxy-protocol.txt §2.2), at the start of `bytes[0 … length)`.
 * Returns how many bytes it has, INCOMPLETE when more must come before that is known, or BROKEN when this is none.
 *
 * `source` gets the client's address and port when the header has one. LOCAL, UNIX and unspecified clients leave the peer
 * that `source` holds. A client written as ::ffff:a.b.c.d, as balancers with a dual-stack socket do, is the IPv4 client
 * a.b.c.d: all of those together would be one IPv6 network to bounds, rate limits and lists. What follows the addresses (TLVs) is skipped.
 */
export function readProxyHeader(bytes: Uint8Array, length: number, source: QuerySource): number {
  for (let i = 0; i < SIGNATURE.length && i < length; i++) {
    if (bytes[i] !== SIGNATURE[i]) return ProxyHeader.BROKEN;
  }
  if (length < FIXED_BYTES) return ProxyHeader.INCOMPLETE;
  const command = bytes[12]!;
  const family = bytes[13]! >>> 4;
  const protocol = bytes[13]! & 0x0f;
  const rest = (bytes[14]! << 8) | bytes[15]!;
  const total = FIXED_BYTES + rest;
  if (total > limits.proxyHeaderBytes) return ProxyHeader.BROKEN;
  if (command !== LOCAL && command !== PROXY) return ProxyHeader.BROKEN;
  const wanted = addressBytes[family];
  const proxied = command === PROXY;
  if (proxied && (wanted === undefined || protocol > DATAGRAM || rest < wanted)) return ProxyHeader.BROKEN;
  if (length < total) return ProxyHeader.INCOMPLETE;
  if (proxied && protocol !== UNSPECIFIED && (family === INET || family === INET6)) {
    const view = new DataView(bytes.buffer, bytes.byteOffset + FIXED_BYTES, rest);
    if (family === INET) readSource(view, 0, 4, source);
    else if (isMapped(view)) readSource(view, MAPPED_PREFIX_BYTES, 4, source);
    else readSource(view, 0, 6, source);
    source.port = view.getUint16(family === INET ? 8 : 32);
  }
  return total;
}

/** Whether the IPv6 address at the start of `view` stands for an IPv4 one (::ffff:0:0/96, RFC 4291 §2.5.5.2). */
function isMapped(view: DataView): boolean {
  return view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff;
}

const MAPPED_PREFIX_BYTES = 12;
const SIGNATURE = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
const FIXED_BYTES = 16;
/** Version 2 in the upper half of the byte. */
const LOCAL = 0x20;
const PROXY = 0x21;
const INET = 1;
const INET6 = 2;
const UNSPECIFIED = 0;
const DATAGRAM = 2;
/** By family (unspecified, INET, INET6, UNIX): both addresses and both ports. */
const addressBytes = [0, 12, 36, 216];
