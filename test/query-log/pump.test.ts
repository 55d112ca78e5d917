import { describe, expect, it } from 'vitest';
import { createLogRing, droppedOf, RecordWord } from '../../src/query/log-layout.ts';
import { LogWriter } from '../../src/query/log-writer.ts';
import type { LogFormat } from '../../src/query-log/format.ts';
import { LogPump } from '../../src/query-log/pump.ts';
import type { Sink } from '../../src/query-log/sink.ts';
import { limits } from '../../src/runtime/limits.ts';

/** A number in four bytes, at a size that lets few stand in a block. */
const RECORD_BYTES = 2_000;
const format: LogFormat = {
  frames: undefined,
  write: (record, out, at) => {
    out.writeUInt32BE(record.generation, at);
    return at + RECORD_BYTES;
  },
};

class FakeSink implements Sink {
  ready = true;
  /** Stops being ready after each block until it is told otherwise. */
  slow = false;
  readonly blocks: number[][] = [];

  get holding(): boolean {
    return !this.ready;
  }

  write(block: Uint8Array, records: number): void {
    const view = Buffer.from(block);
    const numbers = Array.from({ length: records }, (_, i) => view.readUInt32BE(i * RECORD_BYTES));
    expect(block.length).toBe(records * RECORD_BYTES);
    this.blocks.push(numbers);
    this.ready = !this.slow;
  }

  tend(): void {}
  reopen(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function setUp(rings: number, slots = 256) {
  const sink = new FakeSink();
  const pump = new LogPump(format, sink);
  const numbered = Array.from({ length: rings }, (_, id) => ({ id, ring: createLogRing(slots) }));
  pump.setRings(numbered);
  const writers = numbered.map(({ ring }) => new LogWriter(ring, 1, () => 0));
  const put = (writer: LogWriter, number: number): void => {
    const at = writer.claim();
    if (at < 0) return;
    writer.words[at + RecordWord.GENERATION] = number;
    writer.commit();
  };
  return { sink, pump, numbered, writers, put };
}

describe('LogPump', () => {
  it('moves all records of all rings, in blocks that have room for the largest', () => {
    const { sink, pump, writers, put } = setUp(3);
    for (let i = 0; i < 100; i++) for (const [w, writer] of writers.entries()) put(writer, 1_000 * w + i);
    pump.mark();
    expect(pump.move()).toBe(300);
    expect(pump.empty).toBe(true);
    const all = sink.blocks.flat();
    for (const w of [0, 1, 2]) {
      expect(all.filter((number) => Math.floor(number / 1_000) === w)).toEqual(
        Array.from({ length: 100 }, (_, i) => 1_000 * w + i),
      );
    }
    const most = Math.ceil((limits.queryLogBlockBytes - limits.queryLogRecordBytes) / RECORD_BYTES) + 1;
    expect(Math.max(...sink.blocks.map(({ length }) => length))).toBeLessThanOrEqual(most);
  });

  it('takes turns, so that a busy ring does not shut out another', () => {
    const { sink, pump, writers, put } = setUp(2);
    for (let i = 0; i < 256; i++) put(writers[0]!, i);
    put(writers[1]!, 1_000);
    pump.mark();
    sink.slow = true;
    for (let block = 0; block < 2; block++) {
      pump.move();
      sink.ready = true;
    }
    expect(sink.blocks.flat()).toContain(1_000);
  });

  it('leaves everything in the rings while the sink takes nothing: they drop, nothing grows', () => {
    const { sink, pump, numbered, writers, put } = setUp(1, 8);
    sink.slow = true;
    for (let i = 0; i < 3; i++) put(writers[0]!, i);
    pump.mark();
    expect(pump.move()).toBe(3);
    for (let round = 0; round < 100; round++) {
      put(writers[0]!, 10 + round);
      pump.mark();
      expect(pump.move()).toBe(0);
    }
    expect(droppedOf(numbered[0]!.ring)).toBe(92);
    sink.ready = true;
    expect(pump.move()).toBe(8);
    expect(sink.blocks).toEqual([
      [0, 1, 2],
      [10, 11, 12, 13, 14, 15, 16, 17],
    ]);
  });

  it('counts what stays in rings that are given up, and not what others may still read', () => {
    const { sink, pump, numbered, writers, put } = setUp(2);
    sink.ready = false;
    for (const writer of writers) for (let i = 0; i < 3; i++) put(writer, i);
    pump.setRings([numbered[1]!]);
    pump.mark();
    expect(pump.leftBehind).toBe(3);
    sink.ready = true;
    pump.move();
    expect(pump.leftBehind).toBe(0);
  });

  it('reads a ring that is given up to its end, then forgets it', () => {
    const { sink, pump, numbered, writers, put } = setUp(2);
    put(writers[0]!, 1);
    pump.setRings([numbered[1]!]);
    pump.mark();
    pump.move();
    expect(sink.blocks.flat()).toEqual([1]);
    pump.mark();
    put(writers[0]!, 2);
    pump.mark();
    expect(pump.move()).toBe(0);
    put(writers[1]!, 3);
    pump.mark();
    expect(pump.move()).toBe(1);
  });
});
