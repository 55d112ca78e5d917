import { Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { FrameReader } from '../../src/server/stream-frames.ts';
import { promise, type Target } from '../target.ts';
import { askAnything, fuzzContext } from './answering.ts';
import { packetTarget } from './packet.ts';

/**
 * A TCP stream, cut into chunks at places that the input itself gives: the messages found must be those that the
 * length bytes say, and memory held must stay in proportion to what has come.
 */
export function streamTarget(): Target {
  const context = fuzzContext();
  const framed = packetTarget().seeds.map((packet) =>
    Uint8Array.from([packet.length >>> 8, packet.length & 0xff, ...packet]),
  );
  return {
    seeds: [...framed, Uint8Array.from(framed.slice(0, 8).flatMap((frame) => [...frame]))],
    run: (input) => {
      const found: number[] = [];
      const reader = new FrameReader();
      for (let at = 0; at < input.length; ) {
        const end = Math.min(input.length, at + 1 + (input[at]! % 61));
        reader.push(input.subarray(at, end), (message) => {
          found.push(message.length);
          if (message.length <= limits.tcpMessageBytes) askAnything(context, message, Transport.TCP);
          return true;
        });
        promise(reader.heldBytes <= 2 * limits.tcpMessageBytes + 4, `${reader.heldBytes} bytes are held`);
        at = end;
      }
      promise(found.join() === frames(input).join(), 'the messages are those of the stream');
    },
  };
}

function frames(input: Uint8Array): number[] {
  const sizes: number[] = [];
  for (let at = 0; at + 2 <= input.length; ) {
    const size = (input[at]! << 8) | input[at + 1]!;
    if (at + 2 + size > input.length) break;
    sizes.push(size);
    at += 2 + size;
  }
  return sizes;
}
