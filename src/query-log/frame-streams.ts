import { limits } from '../runtime/limits.ts';

/**
 * Control frames of frame streams, the format around dnstap (https://farsightsec.github.io/fstrm): four zero bytes in
 * the place of a data frame's length, the length of what follows, the type, and fields of (type, length, value); all
 * numbers big-endian.
 */
export const Control = { ACCEPT: 1, START: 2, STOP: 3, READY: 4, FINISH: 5 } as const;
export type Control = (typeof Control)[keyof typeof Control];

const CONTENT_TYPE = 1;

/** `contentType`: for READY and START; STOP has none. */
export function controlFrame(control: Control, contentType?: string): Buffer {
  const content = contentType === undefined ? Buffer.alloc(0) : Buffer.from(contentType);
  const fieldBytes = contentType === undefined ? 0 : 8 + content.length;
  const frame = Buffer.alloc(12 + fieldBytes);
  frame.writeUInt32BE(4 + fieldBytes, 4);
  frame.writeUInt32BE(control, 8);
  if (contentType === undefined) return frame;
  frame.writeUInt32BE(CONTENT_TYPE, 12);
  frame.writeUInt32BE(content.length, 16);
  content.copy(frame, 20);
  return frame;
}

export interface ControlFrame {
  readonly control: number;
  readonly contentTypes: readonly string[];
}

/** Gathers control frames from a peer that sends nothing else. */
export class ControlReader {
  private pending = Buffer.alloc(0);

  /** The frames that are whole with `chunk`; undefined for anything that is not a control frame of proper size. */
  push(chunk: Buffer): ControlFrame[] | undefined {
    this.pending = Buffer.concat([this.pending, chunk]);
    const frames: ControlFrame[] = [];
    while (this.pending.length >= 8) {
      const length = this.pending.readUInt32BE(4);
      if (this.pending.readUInt32BE(0) !== 0 || length < 4 || length > limits.queryLogControlBytes)
        return undefined;
      if (this.pending.length < 8 + length) break;
      const frame = readFrame(this.pending.subarray(8, 8 + length));
      if (frame === undefined) return undefined;
      frames.push(frame);
      this.pending = this.pending.subarray(8 + length);
    }
    return frames;
  }
}

function readFrame(payload: Buffer): ControlFrame | undefined {
  const contentTypes: string[] = [];
  let at = 4;
  while (at < payload.length) {
    if (at + 8 > payload.length) return undefined;
    const end = at + 8 + payload.readUInt32BE(at + 4);
    if (end > payload.length) return undefined;
    if (payload.readUInt32BE(at) === CONTENT_TYPE)
      contentTypes.push(payload.subarray(at + 8, end).toString());
    at = end;
  }
  return { control: payload.readUInt32BE(0), contentTypes };
}
