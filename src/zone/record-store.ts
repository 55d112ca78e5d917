import type { WireName } from '../dns/names.ts';
import type { WireWriter } from '../dns/wire.ts';
import type { ZoneRecord } from './record.ts';

const firstBlockBytes = 1024;
const largestBlockBytes = 1 << 20;

/**
 * Records as they are parsed. A million of them fit because names and data stand in large blocks: a record
 * holds six numbers, and a view on its bytes exists only while somebody looks.
 */
export class RecordStore {
  readonly records: ZoneRecord[] = [];
  private block = new Block('', 0);
  private used = 0;
  /** Where in the block the owner of the last record stands, and its length. */
  private ownerAt = 0;
  private ownerLength = 0;

  /** Copies what the writers hold. */
  add(
    owner: WireWriter,
    type: number,
    ttlSeconds: number,
    rdata: WireWriter,
    file: string,
    line: number,
  ): void {
    this.reserve(owner.length + rdata.length, file);
    const { bytes } = this.block;
    if (!this.isLastOwner(owner)) {
      this.ownerAt = this.used;
      this.ownerLength = owner.length;
      for (let i = 0; i < owner.length; i++) bytes[this.used++] = owner.bytes[i]!;
    }
    const start = this.used;
    for (let i = 0; i < rdata.length; i++) bytes[this.used++] = rdata.bytes[i]!;
    this.records.push(new StoredRecord(this.block, this.ownerAt, start, this.used, type, ttlSeconds, line));
  }

  private reserve(count: number, file: string): void {
    const { block } = this;
    if (block.file === file && block.bytes.length - this.used >= count) return;
    const size = Math.min(Math.max(2 * block.bytes.length, firstBlockBytes), largestBlockBytes);
    this.block = new Block(file, Math.max(size, count));
    this.used = 0;
    this.ownerLength = 0;
  }

  private isLastOwner(owner: WireWriter): boolean {
    if (owner.length !== this.ownerLength) return false;
    const { bytes } = this.block;
    for (let i = 0; i < owner.length; i++) if (owner.bytes[i] !== bytes[this.ownerAt + i]) return false;
    return true;
  }
}

class Block {
  readonly file: string;
  readonly bytes: Uint8Array;

  constructor(file: string, size: number) {
    this.file = file;
    this.bytes = new Uint8Array(size);
  }
}

class StoredRecord implements ZoneRecord {
  readonly type: number;
  readonly ttlSeconds: number;
  readonly line: number;
  private readonly block: Block;
  private readonly ownerAt: number;
  private readonly start: number;
  private readonly end: number;

  constructor(
    block: Block,
    ownerAt: number,
    start: number,
    end: number,
    type: number,
    ttlSeconds: number,
    line: number,
  ) {
    this.block = block;
    this.ownerAt = ownerAt;
    this.start = start;
    this.end = end;
    this.type = type;
    this.ttlSeconds = ttlSeconds;
    this.line = line;
  }

  get file(): string {
    return this.block.file;
  }

  /** The name ends where its root label does. */
  get owner(): WireName {
    const { bytes } = this.block;
    let end = this.ownerAt;
    while (bytes[end]! > 0) end += bytes[end]! + 1;
    return bytes.subarray(this.ownerAt, end + 1);
  }

  get rdata(): Uint8Array {
    return this.block.bytes.subarray(this.start, this.end);
  }
}
