/**
 * The MaxMind DB format, version 2.0, as far as the benchmark needs it: a tree of 28-bit records over IPv4, and
 * the data types that location databases use. It reads files of our own dependencies only, so a fault throws.
 */
export type MmdbValue = string | number | readonly MmdbValue[] | { readonly [key: string]: MmdbValue };

export interface MmdbTree {
  readonly bytes: Buffer;
  readonly nodeCount: number;
  /** When the data was made, seconds since 1970. */
  readonly buildEpoch: number;
  /** Where the data section starts: 16 zero bytes follow the tree. */
  readonly dataStart: number;
}

/** @throws Error when the file is not an IPv4 tree of 28-bit records. */
export function openMmdb(bytes: Buffer): MmdbTree {
  const marker = bytes.lastIndexOf(METADATA_MARKER);
  if (marker < 0) throw new Error('not a MaxMind DB: no metadata');
  const start = marker + METADATA_MARKER.length;
  const metadata = decode(bytes, start, start).value as Record<string, MmdbValue>;
  const {
    node_count: nodeCount,
    record_size: recordSize,
    ip_version: version,
    build_epoch: epoch = 0,
  } = metadata;
  if (typeof nodeCount !== 'number' || recordSize !== 28 || version !== 4)
    throw new Error(`unexpected MaxMind DB: IPv${version}, ${recordSize}-bit records; wanted IPv4, 28 bits`);
  return { bytes, nodeCount, buildEpoch: Number(epoch), dataStart: nodeCount * NODE_BYTES + 16 };
}

export const NODE_BYTES = 7;
export const METADATA_MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');

/** The record of a node: below `nodeCount` a node, equal to it nothing, above it `nodeCount` + 16 + data offset. */
export function readRecord(bytes: Buffer, node: number, side: 0 | 1): number {
  const at = node * NODE_BYTES;
  const middle = bytes[at + 3]!;
  return side === 0
    ? (middle >> 4) * 0x1000000 + bytes.readUIntBE(at, 3)
    : (middle & 15) * 0x1000000 + bytes.readUIntBE(at + 4, 3);
}

export function writeNode(bytes: Buffer, node: number, left: number, right: number): void {
  const at = node * NODE_BYTES;
  bytes.writeUIntBE(left & 0xffffff, at, 3);
  bytes[at + 3] = ((left >>> 24) << 4) | (right >>> 24);
  bytes.writeUIntBE(right & 0xffffff, at + 4, 3);
}

/** The offset of an IPv4 address's record in the data section; undefined when the tree has none. */
export function findOffset(tree: MmdbTree, address: number): number | undefined {
  let node = 0;
  for (let bit = 31; bit >= 0 && node < tree.nodeCount; bit--)
    node = readRecord(tree.bytes, node, ((address >>> bit) & 1) as 0 | 1);
  return node > tree.nodeCount ? node - tree.nodeCount - 16 : undefined;
}

export function valueAt(tree: MmdbTree, offset: number): MmdbValue {
  return decode(tree.bytes, tree.dataStart + offset, tree.dataStart).value;
}

/** One value at `at`; pointers count from `base`. Returns it with the place behind it. */
function decode(bytes: Buffer, at: number, base: number): { value: MmdbValue; next: number } {
  const control = bytes[at++]!;
  let type = control >> 5;
  if (type === 1) return decodePointer(bytes, at, base, control);
  if (type === 0) type = 7 + bytes[at++]!;
  let size = control & 31;
  if (size === 29) size = 29 + bytes[at++]!;
  else if (size === 30) {
    size = 285 + bytes.readUInt16BE(at);
    at += 2;
  } else if (size === 31) throw new Error('value of more than 64 KiB');
  switch (type) {
    case 2:
      return { value: bytes.toString('utf8', at, at + size), next: at + size };
    case 3:
      return { value: bytes.readDoubleBE(at), next: at + 8 };
    case 15:
      return { value: bytes.readFloatBE(at), next: at + 4 };
    case 5:
    case 6:
    case 9:
      return { value: size === 0 ? 0 : Number(`0x${bytes.toString('hex', at, at + size)}`), next: at + size };
    case 7:
      return decodeMap(bytes, at, base, size);
    case 11:
      return decodeArray(bytes, at, base, size);
    default:
      throw new Error(`data type ${type} at ${at}`);
  }
}

function decodePointer(
  bytes: Buffer,
  at: number,
  base: number,
  control: number,
): { value: MmdbValue; next: number } {
  const size = (control >> 3) & 3;
  const high = control & 7;
  const tail = bytes.readUIntBE(at, size + 1);
  const floor = [0, 2048, 526336, 0][size]!;
  const offset = size === 3 ? tail : high * 2 ** (8 * (size + 1)) + tail + floor;
  return { value: decode(bytes, base + offset, base).value, next: at + size + 1 };
}

function decodeMap(
  bytes: Buffer,
  at: number,
  base: number,
  size: number,
): { value: MmdbValue; next: number } {
  const value: Record<string, MmdbValue> = {};
  for (let i = 0; i < size; i++) {
    const key = decode(bytes, at, base);
    const item = decode(bytes, key.next, base);
    value[String(key.value)] = item.value;
    at = item.next;
  }
  return { value, next: at };
}

function decodeArray(
  bytes: Buffer,
  at: number,
  base: number,
  size: number,
): { value: MmdbValue; next: number } {
  const value: MmdbValue[] = [];
  for (let i = 0; i < size; i++) {
    const item = decode(bytes, at, base);
    value.push(item.value);
    at = item.next;
  }
  return { value, next: at };
}
