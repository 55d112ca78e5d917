import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameReader } from '../../src/server/stream-frames.ts';
import { framed } from './clients.ts';

describe('FrameReader', () => {
  it('finds the same messages however the stream is cut, and whenever the reader pauses', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 20 });
    const cuts = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 30 });
    const pauses = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(messages, cuts, pauses, (sent, sizes, goOn) => {
        const reader = new FrameReader();
        const got: number[][] = [];
        const handle = (message: Uint8Array): boolean => {
          got.push([...message]);
          return goOn[got.length % goOn.length]!;
        };
        const stream = Buffer.concat(sent.map(framed));
        for (let at = 0, i = 0; at < stream.length; i++) {
          const end = at + sizes[i % sizes.length]!;
          // A chunk may be kept for later, and another behind it.
          const kept = !goOn[(i + 1) % goOn.length]! && end < stream.length;
          if (kept) reader.hold(stream.slice(at, end));
          let done = kept || reader.push(stream.subarray(at, end), handle);
          while (!done) done = reader.resume(handle);
          at = end;
        }
        expect(got).toEqual(sent.map((message) => [...message]));
        expect(reader.heldBytes).toBe(0);
      }),
    );
  });

  it('holds no more than what came of a message that was announced larger', () => {
    const reader = new FrameReader();
    const handle = (): boolean => true;
    reader.push(Uint8Array.of(0xff, 0xff), handle);
    for (let i = 0; i < 100; i++) reader.push(Uint8Array.of(i), handle);
    expect(reader.heldBytes).toBeGreaterThanOrEqual(102);
    expect(reader.heldBytes).toBeLessThanOrEqual(2 * 102);
  });

  it('reads a message of 65 535 bytes that comes in small pieces', () => {
    const reader = new FrameReader();
    const stream = framed(new Uint8Array(65_535).fill(7));
    let length = 0;
    for (let at = 0; at < stream.length; at += 1_000) {
      reader.push(stream.subarray(at, at + 1_000), (message) => {
        length = message.length;
        return true;
      });
    }
    expect(length).toBe(65_535);
  });
});
