import { limits } from '../runtime/limits.ts';
import type { LogFormat } from './format.ts';
import { LogRecord } from './record.ts';
import { RingReader } from './ring-reader.ts';
import type { Sink } from './sink.ts';

/** A ring and the number by which both threads know it. */
export interface NumberedRing {
  readonly id: number;
  readonly ring: SharedArrayBuffer;
}

/**
 * Moves records from the rings through a format into a sink, a block at a time. What the sink does not take stays in
 * the rings, whose writers then drop and count: nothing here grows.
 */
export class LogPump {
  private readonly format: LogFormat;
  private readonly sink: Sink;
  private readonly record = new LogRecord();
  private readonly block = Buffer.alloc(limits.queryLogBlockBytes);
  private readonly readers = new Map<number, RingReader>();
  /** Rings of workers that have stopped: read to their end, then forgotten. */
  private readonly retired = new Set<number>();
  /** Which ring fills the next block first. */
  private turn = 0;

  constructor(format: LogFormat, sink: Sink) {
    this.format = format;
    this.sink = sink;
  }

  /** The rings in use from now on. */
  setRings(rings: readonly NumberedRing[]): void {
    for (const id of this.readers.keys()) this.retired.add(id);
    for (const { id, ring } of rings) {
      this.retired.delete(id);
      if (!this.readers.has(id)) this.readers.set(id, new RingReader(ring));
    }
  }

  /** Lets `move` take what the rings hold now, and no more. */
  mark(): void {
    for (const [id, reader] of this.readers) {
      reader.mark();
      if (reader.left > 0 || !this.retired.has(id)) continue;
      this.readers.delete(id);
      this.retired.delete(id);
    }
  }

  /** Writes at most `limits.queryLogBlocksPerTurn` blocks; returns the number of records that left the rings. */
  move(): number {
    let moved = 0;
    for (let blocks = 0; blocks < limits.queryLogBlocksPerTurn && this.sink.ready; blocks++) {
      const records = this.moveBlock();
      if (records === 0) break;
      moved += records;
    }
    return moved;
  }

  /** Whether all that was marked has left the rings. */
  get empty(): boolean {
    return [...this.readers.values()].every(({ left }) => left === 0);
  }

  /** Records in rings whose workers have stopped: nobody else reads those. */
  get leftBehind(): number {
    return [...this.retired].reduce((sum, id) => sum + this.readers.get(id)!.left, 0);
  }

  private moveBlock(): number {
    const readers = [...this.readers.values()];
    let at = 0;
    let records = 0;
    this.turn++;
    for (let i = 0; i < readers.length; i++) {
      const reader = readers[(this.turn + i) % readers.length]!;
      while (at + limits.queryLogRecordBytes <= this.block.length && reader.take(this.record)) {
        at = this.format.write(this.record, this.block, at);
        records++;
      }
    }
    if (records > 0) this.sink.write(this.block.subarray(0, at), records);
    return records;
  }
}
