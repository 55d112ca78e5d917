import { readSync } from 'node:fs';
import { type Bytes, Malformed } from './bytes.ts';

const pageBytes = 4096;

/** Reads exactly `length` bytes at `offset`; `Malformed` when the file ends before. */
export function readBlock(descriptor: number, offset: number, length: number): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(length);
  fillBlock(descriptor, offset, block);
  return block;
}

/** As `readBlock`, into memory that the caller has. */
export function fillBlock(descriptor: number, offset: number, block: Uint8Array): void {
  for (let done = 0; done < block.length; ) {
    const read = readSync(descriptor, block, done, block.length - done, offset + done);
    if (read === 0) throw new Malformed(`ends before byte ${offset + block.length}`);
    done += read;
  }
}

/**
 * A file by positioned reads of the pages that are touched: a look-up of one address touches some dozens, where
 * the whole file would cost its size in resident memory.
 */
export class FileBytes implements Bytes {
  readonly length: number;
  private readonly descriptor: number;
  private readonly pages = new Map<number, Uint8Array>();

  constructor(descriptor: number, length: number) {
    this.descriptor = descriptor;
    this.length = length;
  }

  at(offset: number): number {
    const index = Math.floor(offset / pageBytes);
    const page = this.pages.get(index) ?? this.read(index);
    const byte = page[offset - index * pageBytes];
    if (byte === undefined) throw new Malformed(`data ends before byte ${offset}`);
    return byte;
  }

  private read(index: number): Uint8Array {
    const start = index * pageBytes;
    if (start < 0 || start >= this.length) throw new Malformed(`data ends before byte ${start}`);
    const page = readBlock(this.descriptor, start, Math.min(pageBytes, this.length - start));
    this.pages.set(index, page);
    return page;
  }
}
