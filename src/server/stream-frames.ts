import { limits } from '../runtime/limits.ts';

/** What becomes of a message; `false` asks the reader to stop after this one. */
export type FrameHandler = (message: Uint8Array) => boolean;

/**
 * Cuts a byte stream into DNS messages, each behind its length in two bytes (RFC 1035 §4.2.2, RFC 7766 §8).
 * Whole messages are handed on in place. Only the unfinished rest of a chunk is copied, into memory that grows
 * with what has really come: a peer that announces 65 535 bytes and sends one holds one.
 */
export class FrameReader {
  /** Bytes that wait: an unfinished message, or all that came after the handler asked to stop. */
  private rest: Uint8Array = EMPTY;
  private restLength = 0;

  /** Memory held for the bytes that wait. */
  get heldBytes(): number {
    return this.rest.length;
  }

  /** Hands each complete message to `handle`. False when the handler stopped it with bytes left over. */
  push(chunk: Uint8Array, handle: FrameHandler): boolean {
    if (this.restLength === 0) return this.consume(chunk, handle);
    this.append(chunk);
    return this.holdsMessage() ? this.resume(handle) : true;
  }

  /** Keeps a chunk, which nobody else may write to, for `resume`. */
  hold(chunk: Uint8Array): void {
    if (this.restLength > 0) {
      this.append(chunk);
      return;
    }
    this.rest = chunk;
    this.restLength = chunk.length;
  }

  /** Goes on with the bytes that wait. False when the handler stopped it again. */
  resume(handle: FrameHandler): boolean {
    const waiting = this.rest.subarray(0, this.restLength);
    this.rest = EMPTY;
    this.restLength = 0;
    return this.consume(waiting, handle, true);
  }

  /** `own`: the bytes are in memory of ours and may stay there while they are handed out bit by bit. */
  private consume(bytes: Uint8Array, handle: FrameHandler, own = false): boolean {
    let at = 0;
    let goOn = true;
    while (goOn && bytes.length - at >= 2) {
      const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
      if (end > bytes.length) break;
      goOn = handle(bytes.subarray(at + 2, end));
      at = end;
    }
    if (at < bytes.length) {
      this.rest = own && !goOn ? bytes.subarray(at) : bytes.slice(at);
      this.restLength = bytes.length - at;
    }
    return goOn;
  }

  private holdsMessage(): boolean {
    return this.restLength >= 2 && this.restLength - 2 >= ((this.rest[0]! << 8) | this.rest[1]!);
  }

  private append(chunk: Uint8Array): void {
    const length = this.restLength + chunk.length;
    if (length > this.rest.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(2 * length, limits.tcpMessageBytes + 2)));
      grown.set(this.rest.subarray(0, this.restLength));
      this.rest = grown;
    }
    this.rest.set(chunk, this.restLength);
    this.restLength = length;
  }
}

const EMPTY = new Uint8Array(0);
