import { parsePrefix } from '../src/ip/prefix.ts';

/** A number that is stored in another form than as a double. */
export class Typed {
  readonly type: 'float' | 'uint16' | 'uint32' | 'uint64';
  readonly value: number;

  constructor(type: Typed['type'], value: number) {
    this.type = type;
    this.value = value;
  }
}

export type Value = string | number | boolean | Typed | readonly Value[] | { readonly [key: string]: Value };

export interface WriterOptions {
  readonly ipVersion: 4 | 6;
  readonly recordSize: 24 | 28 | 32;
  readonly databaseType: string;
  readonly buildEpoch: number;
}

/** What stands behind one bit: nothing, data (its offset in the data section), or a node. */
type Branch = undefined | number | Node;
interface Node {
  readonly sides: [Branch, Branch];
}

/** Writes small MMDB files for tests (MaxMind DB format 2.0). A network inserted later wins over earlier ones. */
export class MmdbWriter {
  private readonly options: WriterOptions;
  private readonly root: Node = { sides: [undefined, undefined] };
  private readonly data = new DataWriter();
  private readonly records = new Map<string, number>();

  constructor(options: WriterOptions) {
    this.options = options;
  }

  insert(network: string, record: Value): void {
    const key = JSON.stringify(record);
    const offset = this.records.get(key) ?? this.data.write(record);
    this.records.set(key, offset);
    this.hang(network, offset);
  }

  /** Hangs the subtree at `from` under `network` as well, as MaxMind does with the IPv4 addresses. */
  alias(network: string, from: string): void {
    let branch: Branch = this.root;
    for (const bit of this.bits(from)) branch = typeof branch === 'object' ? branch.sides[bit] : branch;
    this.hang(network, branch);
  }

  /** The file, and where its parts begin, for those who want to damage it. */
  encode(): { bytes: Uint8Array; dataStart: number; metadataStart: number } {
    const tree = encodeTree(this.root, this.options.recordSize);
    const metadata = new DataWriter();
    metadata.write({
      binary_format_major_version: new Typed('uint16', 2),
      binary_format_minor_version: new Typed('uint16', 0),
      build_epoch: new Typed('uint64', this.options.buildEpoch),
      database_type: this.options.databaseType,
      description: { en: 'Made for tests' },
      ip_version: new Typed('uint16', this.options.ipVersion),
      languages: ['en'],
      node_count: new Typed('uint32', (tree.length * 4) / this.options.recordSize),
      record_size: new Typed('uint16', this.options.recordSize),
    });
    const mark = [0xab, 0xcd, 0xef, ...Buffer.from('MaxMind.com')];
    const bytes = Uint8Array.from([
      ...tree,
      ...new Array(16).fill(0),
      ...this.data.bytes,
      ...mark,
      ...metadata.bytes,
    ]);
    const dataStart = tree.length + 16;
    return { bytes, dataStart, metadataStart: dataStart + this.data.bytes.length + mark.length };
  }

  private hang(network: string, branch: Branch): void {
    const bits = this.bits(network);
    let node = this.root;
    for (const bit of bits.slice(0, -1)) {
      const next = node.sides[bit];
      const inner: Node = typeof next === 'object' ? next : { sides: [next, next] };
      node.sides[bit] = inner;
      node = inner;
    }
    node.sides[bits.at(-1)!] = branch;
  }

  /** The path of a network, most significant bit first; IPv4 in an IPv6 tree is below ::/96. */
  private bits(network: string): (0 | 1)[] {
    const prefix = parsePrefix(network);
    if (prefix === undefined || prefix.length === 0) throw new Error(`not a network: ${network}`);
    const inIpv6 = prefix.address.family === 4 && this.options.ipVersion === 6;
    const bits = [...prefix.address.bytes].flatMap((byte) => [...byte.toString(2).padStart(8, '0')]);
    const own = bits.slice(0, prefix.length).map((bit) => (bit === '1' ? 1 : 0));
    return inIpv6 ? [...new Array<0>(96).fill(0), ...own] : own;
  }
}

function encodeTree(root: Node, recordSize: number): number[] {
  const numbers = new Map<Node, number>();
  const order: Node[] = [];
  const number = (branch: Branch): void => {
    if (typeof branch !== 'object' || numbers.has(branch)) return;
    numbers.set(branch, order.length);
    order.push(branch);
    branch.sides.forEach(number);
  };
  number(root);
  const record = (branch: Branch): number => {
    if (branch === undefined) return order.length;
    return typeof branch === 'number' ? order.length + 16 + branch : numbers.get(branch)!;
  };
  return order.flatMap(({ sides }) => encodeNode(record(sides[0]), record(sides[1]), recordSize));
}

export function encodeNode(left: number, right: number, recordSize: number): number[] {
  if (recordSize !== 28) return [...bigEndian(left, recordSize / 8), ...bigEndian(right, recordSize / 8)];
  const middle = ((left >>> 24) << 4) | (right >>> 24);
  return [...bigEndian(left & 0xffffff, 3), middle, ...bigEndian(right & 0xffffff, 3)];
}

/** A data section. A string that was written before is written as a pointer to its first place. */
class DataWriter {
  readonly bytes: number[] = [];
  private readonly strings = new Map<string, number>();

  /** Appends a value → its offset. */
  write(value: Value): number {
    const offset = this.bytes.length;
    if (typeof value === 'string') this.writeString(value);
    else if (typeof value === 'number') this.writeBytes(3, 8, (view) => view.setFloat64(0, value));
    else if (typeof value === 'boolean') this.header(14, value ? 1 : 0);
    else if (value instanceof Typed) this.writeTyped(value);
    else this.writeCollection(value);
    return offset;
  }

  private writeCollection(value: readonly Value[] | { readonly [key: string]: Value }): void {
    if (Array.isArray(value)) {
      this.header(11, value.length);
      for (const item of value) this.write(item);
      return;
    }
    const entries = Object.entries(value);
    this.header(7, entries.length);
    for (const [key, item] of entries) {
      this.write(key);
      this.write(item);
    }
  }

  private writeTyped({ type, value }: Typed): void {
    if (type === 'float') this.writeBytes(15, 4, (view) => view.setFloat32(0, value));
    else if (type === 'uint16') this.writeBytes(5, 2, (view) => view.setUint16(0, value));
    else if (type === 'uint32') this.writeBytes(6, 4, (view) => view.setUint32(0, value));
    else this.writeBytes(9, 8, (view) => view.setBigUint64(0, BigInt(value)));
  }

  private writeString(text: string): void {
    const known = this.strings.get(text);
    if (known !== undefined) {
      this.bytes.push(...encodePointer(known));
      return;
    }
    this.strings.set(text, this.bytes.length);
    const bytes = Buffer.from(text);
    this.header(2, bytes.length);
    this.bytes.push(...bytes);
  }

  private writeBytes(type: number, length: number, set: (view: DataView) => void): void {
    const view = new DataView(new ArrayBuffer(length));
    set(view);
    this.header(type, length);
    this.bytes.push(...new Uint8Array(view.buffer));
  }

  private header(type: number, size: number): void {
    const [short, extra] = encodeSize(size);
    this.bytes.push(type > 7 ? short : (type << 5) | short, ...(type > 7 ? [type - 7] : []), ...extra);
  }
}

function encodeSize(size: number): [number, number[]] {
  if (size < 29) return [size, []];
  if (size < 285) return [29, [size - 29]];
  return size < 65_821 ? [30, bigEndian(size - 285, 2)] : [31, bigEndian(size - 65_821, 3)];
}

/** A pointer in the shortest form that holds it. */
export function encodePointer(target: number): number[] {
  const form = (length: number, value: number) => {
    const bytes = bigEndian(value, length + 1);
    return [0x20 | ((length - 1) << 3) | bytes[0]!, ...bytes.slice(1)];
  };
  if (target < 2048) return form(1, target);
  if (target < 526_336) return form(2, target - 2048);
  return target < 134_744_064 ? form(3, target - 526_336) : [0x38, ...bigEndian(target, 4)];
}

function bigEndian(value: number, length: number): number[] {
  return Array.from({ length }, (_, i) => Math.floor(value / 256 ** (length - 1 - i)) % 256);
}
