import type { Socket } from 'node:net';
import type { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { clientOf, type TableEntry } from './stream-connections.ts';
import { FrameReader } from './stream-frames.ts';

/** What the connections of one worker share. */
export interface StreamService {
  /** Answers one message of this connection into `out`; 0 for no answer. Never throws. */
  answer(connection: StreamConnection, message: Uint8Array, out: Uint8Array): number;
  /** Called before each batch of messages. */
  refresh(): void;
  touched(connection: StreamConnection): void;
  closed(connection: StreamConnection): void;
}

/**
 * One TCP (or TLS) connection: queries are answered in the order in which they come, as many as a segment holds
 * with one write (RFC 7766 §6.2.1.1). A peer that does not read its answers is not read from.
 */
export class StreamConnection implements TableEntry {
  readonly source: QuerySource;
  readonly client: string;
  activeMs: number;
  private readonly socket: Socket;
  private readonly service: StreamService;
  private readonly frames = new FrameReader();
  /** The peer does not read: nothing is read from it until it does. */
  private stalled = false;
  /** It had its turn and has queries left: they are answered when the others have had theirs. */
  private waiting = false;
  /** Messages that it may still have answered in this turn. */
  private turnLeft = 0;
  /** The peer sent its last byte, or we are about to stop: end after the answers that are due. */
  private ending = false;

  constructor(socket: Socket, source: QuerySource, nowMs: number, service: StreamService) {
    this.socket = socket;
    this.source = source;
    this.client = clientOf(source);
    this.activeMs = nowMs;
    this.service = service;
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('end', () => this.finish());
    socket.on('drain', () => this.unstall());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => service.closed(this));
  }

  /** Answers what was received whole, then closes. */
  finish(): void {
    this.ending = true;
    if (!this.stalled && !this.waiting) this.socket.end();
  }

  /** Closes at once. */
  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Uint8Array): void {
    if (this.socket.writableEnded) return;
    this.turn(() => this.frames.push(chunk, this.handle));
  }

  private unstall(): void {
    if (!this.stalled) return;
    this.stalled = false;
    this.service.touched(this);
    if (!this.waiting) this.goOn();
  }

  private goOn(): void {
    this.turn(() => this.frames.resume(this.handle));
    if (this.stalled || this.waiting) return;
    if (this.ending) this.socket.end();
    else this.socket.resume();
  }

  /**
   * Answers some messages; `hand` is false when more wait. A peer that reads as fast as we answer would otherwise
   * hold the thread for all that it has sent, and a thousand of them for minutes.
   */
  private turn(hand: () => boolean): void {
    this.service.refresh();
    gathered = 0;
    this.turnLeft = limits.tcpTurnMessages;
    const done = hand();
    this.flush();
    if (done || this.stalled || this.waiting) return;
    this.waiting = true;
    this.socket.pause();
    setImmediate(() => {
      this.waiting = false;
      if (!this.socket.destroyed && !this.stalled) this.goOn();
    });
  }

  /** False when the peer has enough to read, or has had its turn. */
  private readonly handle = (message: Uint8Array): boolean => {
    const room = scratch.subarray(gathered + 2, gathered + 2 + limits.tcpMessageBytes);
    const length = this.service.answer(this, message, room);
    if (length > 0) {
      scratch[gathered] = length >>> 8;
      scratch[gathered + 1] = length & 0xff;
      gathered += 2 + length;
      if (gathered >= GATHER_BYTES) {
        this.flush();
        return false;
      }
    }
    return --this.turnLeft > 0;
  };

  private flush(): void {
    if (gathered > 0) {
      // The kernel takes it at once in the common case, but a slow peer's answers wait in this copy.
      this.socket.write(Buffer.from(scratch.subarray(0, gathered)));
      this.service.touched(this);
    }
    gathered = 0;
    if (this.stalled || this.socket.writableLength <= limits.tcpPendingBytes) return;
    this.stalled = true;
    this.socket.pause();
  }
}

/** Answers of one connection are gathered here and written together; one scratch for all, used within one call. */
const GATHER_BYTES = 65_536;
const scratch = new Uint8Array(GATHER_BYTES + 2 + limits.tcpMessageBytes);
let gathered = 0;
