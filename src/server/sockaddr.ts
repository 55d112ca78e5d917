import type { IpAddress } from '../ip/address.ts';
import { formatAddress, parseAddress, sameAddress } from '../ip/address.ts';
import type { QuerySource } from '../query/source.ts';
import { AF_INET, AF_INET6 } from './libc.ts';

/** Where to listen, as the operator wrote it. Port 0 lets the kernel choose. */
export interface ListenAddress {
  /** IPv4 or IPv6 text without brackets; `0.0.0.0` and `::` mean every address of the machine. */
  readonly host: string;
  readonly port: number;
}

/** `struct sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes), little-endian host, Linux. */
export function encodeSockaddr(address: IpAddress, port: number): Uint8Array {
  const v4 = address.family === 4;
  const bytes = new Uint8Array(v4 ? 16 : 28);
  bytes[0] = v4 ? AF_INET : AF_INET6;
  bytes[2] = port >>> 8;
  bytes[3] = port & 0xff;
  bytes.set(address.bytes, v4 ? 4 : 8);
  return bytes;
}

/** The port of either form. */
export function sockaddrPort(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!;
}

/** Fills `source` from an address in network order at `offset` of `view`: 4 bytes or 16. */
export function readSource(view: DataView, offset: number, family: 4 | 6, source: QuerySource): void {
  source.family = family;
  source.w0 = view.getUint32(offset);
  if (family === 4) return;
  source.w1 = view.getUint32(offset + 4);
  source.w2 = view.getUint32(offset + 8);
  source.w3 = view.getUint32(offset + 12);
}

/** Fills `source` from the text that Node gives for a peer; false when it is none (a closed socket). */
export function sourceFromText(text: string | undefined, source: QuerySource): boolean {
  const zone = text?.indexOf('%') ?? -1;
  const address = text === undefined ? undefined : parseAddress(zone < 0 ? text : text.slice(0, zone));
  if (address === undefined) return false;
  const { bytes } = address;
  readSource(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, address.family, source);
  return true;
}

export function isWildcard(address: IpAddress): boolean {
  return address.bytes.every((byte) => byte === 0);
}

/** `127.0.0.1:53`, `[::1]:53`. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  const address = parseAddress(host);
  const text = address === undefined ? host : formatAddress(address);
  return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
}

/** Whether sockets of both addresses would get the same packets, as the kernel sees it. */
export function collide(a: ListenAddress, b: ListenAddress): boolean {
  const [one, other] = [parseAddress(a.host), parseAddress(b.host)];
  if (a.port !== b.port || one === undefined || one.family !== other?.family) return false;
  return isWildcard(one) || isWildcard(other) || sameAddress(one, other);
}
