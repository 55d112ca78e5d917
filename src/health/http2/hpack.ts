import { limits } from '../../runtime/limits.ts';
import { decodeHuffman } from './huffman.ts';
import { type Header, staticTable } from './static-table.ts';

/** The size of the table that both sides begin with (RFC 9113 §6.5.2); we never name another. */
const tableBytes = 4_096;

/** Counted of a header beside its name and value (RFC 7541 §4.1). */
const headerOverhead = 32;

export type HeaderFault = 'malformed' | 'too large';

/**
 * Reads header blocks of one connection (RFC 7541). A header may be a reference to one that came before, so every
 * block must be read, and in order.
 */
export class HeaderDecoder {
  /** The newest first. */
  private readonly recent: Header[] = [];
  private recentBytes = 0;
  private mostBytes = tableBytes;

  /** The headers of a block, of which at most `limits.probeHeaderBytes` are read. */
  decode(block: Buffer): Header[] | HeaderFault {
    const reader = new BlockReader(block);
    const headers: Header[] = [];
    let bytes = 0;
    while (!reader.ended) {
      const first = reader.peek();
      if ((first & 0xe0) === 0x20) {
        if (headers.length > 0 || !this.resize(reader.integer(5))) return 'malformed';
        continue;
      }
      const header = first >= 0x80 ? this.named(reader.integer(7)) : this.literal(reader, first);
      if (header === undefined) return 'malformed';
      bytes += sizeOf(header);
      if (bytes > limits.probeHeaderBytes) return 'too large';
      headers.push(header);
    }
    return headers;
  }

  private literal(reader: BlockReader, first: number): Header | undefined {
    const isKept = first >= 0x40;
    const index = reader.integer(isKept ? 6 : 4);
    const name = index === 0 ? reader.text() : this.named(index)?.[0];
    const value = reader.text();
    if (name === undefined || value === undefined) return undefined;
    const header = [name, value] as const;
    if (isKept) this.keep(header);
    return header;
  }

  private named(index: number | undefined): Header | undefined {
    if (index === undefined || index === 0) return undefined;
    const beyond = index - 1 - staticTable.length;
    return beyond < 0 ? staticTable[index - 1] : this.recent[beyond];
  }

  /** The oldest go when the table is full; what is larger than all of it empties it (RFC 7541 §4.4). */
  private keep(header: Header): void {
    this.recent.unshift(header);
    this.recentBytes += sizeOf(header);
    this.shrink();
  }

  private resize(bytes: number | undefined): boolean {
    if (bytes === undefined || bytes > tableBytes) return false;
    this.mostBytes = bytes;
    this.shrink();
    return true;
  }

  private shrink(): void {
    while (this.recentBytes > this.mostBytes) this.recentBytes -= sizeOf(this.recent.pop()!);
  }
}

/** A header block that changes no table and compresses nothing: literals that are not kept (RFC 7541 §6.2.2). */
export function encodeHeaders(headers: readonly Header[]): Buffer {
  const parts = headers.flatMap(([name, value]) => [Buffer.of(0), encodeText(name), encodeText(value)]);
  return Buffer.concat(parts);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([encodeLength(bytes.length), bytes]);
}

/** An integer behind one bit that says "no Huffman codes" (RFC 7541 §5.1). */
function encodeLength(length: number): Buffer {
  if (length < 0x7f) return Buffer.of(length);
  const bytes = [0x7f];
  let rest = length - 0x7f;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.of(...bytes, rest);
}

function sizeOf([name, value]: Header): number {
  return name.length + value.length + headerOverhead;
}

/** Integers and strings of a block (RFC 7541 §5); undefined where it ends too early or says what cannot be. */
class BlockReader {
  private readonly block: Buffer;
  private at = 0;

  constructor(block: Buffer) {
    this.block = block;
  }

  get ended(): boolean {
    return this.at >= this.block.length;
  }

  peek(): number {
    return this.block[this.at]!;
  }

  /** The last `bits` of a byte, and what follows when they are all ones: at most three bytes. */
  integer(bits: number): number | undefined {
    const most = (1 << bits) - 1;
    const first = this.block[this.at++];
    if (first === undefined) return undefined;
    let value = first & most;
    if (value < most) return value;
    for (let shift = 0; shift <= 14; shift += 7) {
      const byte = this.block[this.at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    return undefined;
  }

  text(): string | undefined {
    const first = this.block[this.at];
    const length = this.integer(7);
    if (first === undefined || length === undefined || length > this.block.length - this.at) return undefined;
    const bytes = this.block.subarray(this.at, this.at + length);
    this.at += length;
    return first >= 0x80 ? decodeHuffman(bytes) : bytes.toString('latin1');
  }
}
