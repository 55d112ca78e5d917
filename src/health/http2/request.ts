import { limits } from '../../runtime/limits.ts';
import { encodeFrame, Flag, Frame, mostPayloadBytes } from './frames.ts';
import { encodeHeaders } from './hpack.ts';
import type { Header } from './static-table.ts';

export interface Http2Request {
  /** Those that begin with a colon first; names in lower case. */
  readonly headers: readonly Header[];
  /** Of at most one frame. */
  readonly body: Buffer | undefined;
}

/**
 * What an endpoint may send of a body, all in all: the window that it is given at first and no more, for this is more
 * than any check reads (RFC 9113 §6.9).
 */
export const windowBytes = 2 * limits.probeBodyBytes;

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const Setting = { ENABLE_PUSH: 2, INITIAL_WINDOW_SIZE: 4, MAX_HEADER_LIST_SIZE: 6 } as const;
/** That of a connection at its begin, which no setting changes. */
const usualWindowBytes = 65_535;
const ourStream = 1;

/** Everything that a client says for one request, which needs no answer in between (RFC 9113 §3.4). */
export function encodeRequest({ headers, body }: Http2Request): Buffer {
  const window = Buffer.alloc(4);
  window.writeUInt32BE(windowBytes - usualWindowBytes);
  return Buffer.concat([
    preface,
    encodeFrame(Frame.SETTINGS, 0, 0, settings()),
    encodeFrame(Frame.WINDOW_UPDATE, 0, 0, window),
    ...headerFrames(encodeHeaders(headers), body === undefined),
    ...(body === undefined ? [] : [encodeFrame(Frame.DATA, Flag.END_STREAM, ourStream, body)]),
  ]);
}

function settings(): Buffer {
  const values = [
    [Setting.ENABLE_PUSH, 0],
    [Setting.INITIAL_WINDOW_SIZE, windowBytes],
    [Setting.MAX_HEADER_LIST_SIZE, limits.probeHeaderBytes],
  ] as const;
  const bytes = Buffer.alloc(6 * values.length);
  for (const [i, [setting, value]] of values.entries()) {
    bytes.writeUInt16BE(setting, 6 * i);
    bytes.writeUInt32BE(value, 6 * i + 2);
  }
  return bytes;
}

function headerFrames(block: Buffer, endsStream: boolean): Buffer[] {
  const frames: Buffer[] = [];
  for (let from = 0; from < block.length; from += mostPayloadBytes) {
    const part = block.subarray(from, from + mostPayloadBytes);
    const isLast = from + mostPayloadBytes >= block.length;
    const flags = (isLast ? Flag.END_HEADERS : 0) | (from === 0 && endsStream ? Flag.END_STREAM : 0);
    frames.push(encodeFrame(from === 0 ? Frame.HEADERS : Frame.CONTINUATION, flags, ourStream, part));
  }
  return frames;
}
