/** Types of frames (RFC 9113 §6). */
export const Frame = {
  DATA: 0,
  HEADERS: 1,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const Flag = { ACK: 1, END_STREAM: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

export interface Http2Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** What a frame may hold unless we allow more, which we never do (RFC 9113 §4.2). */
export const mostPayloadBytes = 16_384;
const headBytes = 9;

export function encodeFrame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Cuts what comes over a connection into frames; holds at most one that is not whole. */
export class FrameReader {
  private held: Buffer = Buffer.alloc(0);

  /** The frames that are whole now; undefined behind the last of them where one is too large. */
  *read(chunk: Buffer): Generator<Http2Frame | undefined, void> {
    this.held = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    while (this.held.length >= headBytes) {
      const length = this.held.readUIntBE(0, 3);
      if (length > mostPayloadBytes) return yield undefined;
      if (this.held.length < headBytes + length) return;
      const [type, flags] = [this.held[3]!, this.held[4]!];
      const stream = this.held.readUInt32BE(5) & 0x7fffffff;
      const payload = this.held.subarray(headBytes, headBytes + length);
      this.held = this.held.subarray(headBytes + length);
      yield { type, flags, stream, payload };
    }
  }
}

/** What a padded frame carries (RFC 9113 §6.1); undefined when the padding is longer than the frame. */
export function unpadded({ flags, payload }: Http2Frame): Buffer | undefined {
  if ((flags & Flag.PADDED) === 0) return payload;
  const padding = payload[0];
  return padding === undefined || padding >= payload.length
    ? undefined
    : payload.subarray(1, payload.length - padding);
}
