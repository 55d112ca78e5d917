import type { Query } from './query.ts';

/**
 * Reads the client subnet option (RFC 7871 §6) at `at`. False asks for FORMERR: a family that we don't know
 * (§7.1.2 lets a server choose), a source prefix longer than the family, a scope in a query, an address that is
 * not exactly as long as the prefix needs, or bits set behind the prefix.
 */
export function parseClientSubnet(packet: Uint8Array, at: number, length: number, query: Query): boolean {
  if (length < 4) return false;
  const family = (packet[at]! << 8) | packet[at + 1]!;
  const source = packet[at + 2]!;
  if (packet[at + 3] !== 0) return false;
  if (family !== 1 && family !== 2) return false;
  if (source > (family === 1 ? 32 : 128)) return false;
  if (length !== 4 + ((source + 7) >>> 3)) return false;
  const spare = source & 7;
  if (spare !== 0 && (packet[at + length - 1]! & (0xff >>> spare)) !== 0) return false;
  query.subnet = true;
  query.subnetAt = at;
  query.subnetLength = length;
  query.subnetFamily = family === 1 ? 4 : 6;
  query.subnetSource = source;
  const address = at + 4;
  const end = at + length;
  query.subnetW0 = wordAt(packet, address, end);
  if (family === 2) {
    query.subnetW1 = wordAt(packet, address + 4, end);
    query.subnetW2 = wordAt(packet, address + 8, end);
    query.subnetW3 = wordAt(packet, address + 12, end);
  }
  return true;
}

/** Four bytes as an unsigned word; bytes from `end` on count as zero. */
function wordAt(packet: Uint8Array, at: number, end: number): number {
  const a = at < end ? packet[at]! : 0;
  const b = at + 1 < end ? packet[at + 1]! : 0;
  const c = at + 2 < end ? packet[at + 2]! : 0;
  const d = at + 3 < end ? packet[at + 3]! : 0;
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
