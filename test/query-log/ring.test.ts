import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLogRing,
  droppedOf,
  RecordWord,
  RingWord,
  SLOT_WORDS,
  setLogShare,
  unreadOf,
} from '../../src/query/log-layout.ts';
import { LogWriter } from '../../src/query/log-writer.ts';
import { LogRecord } from '../../src/query-log/record.ts';
import { RingReader } from '../../src/query-log/ring-reader.ts';
import { workerFile } from '../../src/server/worker-file.ts';

/** Places around which counters of 32 bits go wrong if they can. */
const starts = [0, 2 ** 31 - 3, -(2 ** 31), -3];

describe('log ring', () => {
  it('hands over records in their order, drops only when it is full, wherever its counters stand', () => {
    const steps = fc.array(fc.record({ write: fc.boolean(), count: fc.integer({ min: 1, max: 12 }) }));
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.constantFrom(1, 2, 8), steps, (start, slots, moves) => {
        const ring = createLogRing(slots);
        const words = new Int32Array(ring);
        words[RingWord.HEAD] = words[RingWord.TAIL] = start;
        const writer = new LogWriter(ring, 1, () => 0);
        const reader = new RingReader(ring);
        const model: number[] = [];
        let next = 0;
        let drops = 0;
        for (const { write, count } of moves) {
          reader.mark();
          for (let i = 0; i < count; i++) {
            if (!write) {
              const record = new LogRecord();
              const expected = model.shift();
              expect(reader.take(record)).toBe(expected !== undefined);
              if (expected !== undefined) expect(record.generation).toBe(expected);
              continue;
            }
            const at = writer.claim();
            expect(at < 0).toBe(model.length === slots);
            if (at < 0) drops++;
            else {
              writer.words[at + RecordWord.GENERATION] = next;
              writer.commit();
              model.push(next);
            }
            next++;
          }
        }
        expect(droppedOf(ring)).toBe(drops);
      }),
    );
  });

  it('shows no record that was written after the mark', () => {
    const ring = createLogRing(8);
    const writer = new LogWriter(ring, 1, () => 0);
    const reader = new RingReader(ring);
    writer.claim();
    writer.commit();
    reader.mark();
    writer.claim();
    writer.commit();
    expect(reader.left).toBe(1);
    expect([reader.take(new LogRecord()), reader.take(new LogRecord())]).toEqual([true, false]);
    expect(reader.left).toBe(0);
    expect(unreadOf(ring)).toBe(1);
  });

  it('is taken up by a new writer and a new reader where the last ones left it', () => {
    const ring = createLogRing(8);
    const first = new LogWriter(ring, 1, () => 0);
    for (let i = 0; i < 3; i++) {
      first.words[first.claim() + RecordWord.GENERATION] = i;
      first.commit();
    }
    // Died in the middle of a record.
    first.words[first.claim() + RecordWord.GENERATION] = 99;
    const reader = new RingReader(ring);
    reader.mark();
    reader.take(new LogRecord());
    const second = new LogWriter(ring, 1, () => 0);
    second.words[second.claim() + RecordWord.GENERATION] = 3;
    second.commit();
    const next = new RingReader(ring);
    next.mark();
    const seen: number[] = [];
    for (const record = new LogRecord(); next.take(record); ) seen.push(record.generation);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('shows no torn record to a reader that runs beside the writer', async () => {
    const ring = createLogRing(64);
    const total = 300_000;
    const words = new Int32Array(ring);
    const writer = new Worker(writerThread, {
      eval: true,
      workerData: {
        ring,
        total,
        slotWords: SLOT_WORDS,
        module: workerFile('../query/log-writer', moduleUrl).href,
      },
    });
    let failure: Error | undefined;
    let ended = false;
    writer.once('error', (error) => {
      failure = error;
    });
    writer.once('exit', () => {
      ended = true;
    });
    const reader = new RingReader(ring);
    const record = new LogRecord();
    let last = -1;
    let seen = 0;
    const readAll = (): void => {
      reader.mark();
      while (reader.take(record)) {
        const { generation } = record;
        expect(generation).toBeGreaterThan(last);
        last = generation;
        seen++;
        // Every word of a record says the same number.
        const same = [record.client[0], record.client[3], record.subnet[3], record.policy, record.region];
        if (same.some((value) => value !== generation)) throw new Error(`torn: ${generation} ${same}`);
      }
    };
    while (!ended) {
      readAll();
      await new Promise(setImmediate);
    }
    readAll();
    expect(failure).toBeUndefined();
    expect(seen + droppedOf(ring)).toBe(total);
    expect(seen).toBeGreaterThan(1_000);
    expect(words[RingWord.HEAD]).toBe(seen);
  });

  it.each([
    [0, 0],
    [1e-12, 1],
    [0.5, 2 ** 31],
    [1, 2 ** 32 - 1],
  ])('keeps a share of %d as %d of 2³²', (share, word) => {
    const ring = createLogRing(1);
    setLogShare(ring, share);
    expect(new Uint32Array(ring)[RingWord.SHARE]).toBe(word);
  });
});

const moduleUrl = new URL('../../src/server/worker-set.ts', import.meta.url).href;

/** Fills each slot with the number of its record; pauses now and then, so that the reader catches up. */
const writerThread = `
const { workerData: { ring, total, slotWords, module } } = require('node:worker_threads');
import(module).then(({ LogWriter }) => {
  const writer = new LogWriter(ring, 1, () => 0);
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let i = 0; i < total; i++) {
    if (i % 5000 === 0) Atomics.wait(pause, 0, 0, 1);
    const at = writer.claim();
    if (at < 0) continue;
    writer.words.fill(i, at, at + slotWords);
    writer.commit();
  }
});
`;
