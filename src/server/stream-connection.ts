import type { Socket } from 'node:net';
import type { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { clientOf, type TableEntry } from './stream-connections.ts';
import { FrameReader } from './stream-frames.ts';
import type { PendingAnswers } from './stream-pending.ts';
import type { TurnLine, TurnTaker } from './stream-turns.ts';

/** What the connections of one worker share. */
export interface StreamService {
  readonly turns: TurnLine<TurnTaker>;
  readonly pending: PendingAnswers<StreamConnection>;
  /** Answers one message of this connection into `out`; 0 for no answer. Never throws. */
  answer(connection: StreamConnection, message: Uint8Array, out: Uint8Array): number;
  /** Called before each batch of messages, and when one is put off: so that it is often, whatever comes. */
  refresh(): void;
  touched(connection: StreamConnection): void;
  /** Its peer does not read: it is not read from until it does. May close it. */
  stalled(connection: StreamConnection): void;
  closed(connection: StreamConnection): void;
}

/**
 * One TCP (or TLS) connection: queries are answered in the order in which they come, as many as a segment holds
 * with one write (RFC 7766 §6.2.1.1). A peer that does not read its answers is not read from.
 */
export class StreamConnection implements TableEntry, TurnTaker {
  readonly source: QuerySource;
  readonly client: string;
  activeMs: number;
  private readonly socket: Socket;
  private readonly service: StreamService;
  private readonly frames = new FrameReader();
  /** The peer does not read: nothing is read from it until it does. */
  private stalled = false;
  /** It has queries and stands in the line of `service.turns`: nothing is read from it meanwhile. */
  private waiting = false;
  /** Messages that it may still have answered in this turn. */
  private turnLeft = 0;
  /** Its part of `service.pending.bytes`. */
  private pendingBytes = 0;
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
    socket.on('error', () => this.close());
    socket.on('close', () => {
      this.release();
      service.closed(this);
    });
  }

  /** Answers what was received whole, then closes. */
  finish(): void {
    this.ending = true;
    if (!this.stalled && !this.waiting) this.socket.end();
  }

  /** Closes at once. */
  close(): void {
    this.release();
    this.socket.destroy();
  }

  /** Its turn has come. */
  turn(): void {
    this.waiting = false;
    this.goOn();
  }

  private take(chunk: Uint8Array): void {
    if (this.socket.writableEnded) return;
    if (!this.stalled && !this.waiting && this.service.turns.isOpen()) {
      this.answerSome(() => this.frames.push(chunk, this.handle));
      return;
    }
    this.service.refresh();
    this.frames.hold(chunk);
    if (!this.stalled) this.wait();
  }

  private wait(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.socket.pause();
    this.service.turns.wait(this);
  }

  private goOn(): void {
    this.answerSome(() => this.frames.resume(this.handle));
    if (this.stalled || this.waiting) return;
    if (this.ending) this.socket.end();
    else this.socket.resume();
  }

  /**
   * Answers some messages; `hand` is false when more wait. A peer that reads as fast as we answer would otherwise
   * hold the thread for all that it has sent, and a thousand of them for minutes.
   */
  private answerSome(hand: () => boolean): void {
    this.service.refresh();
    gathered = 0;
    this.turnLeft = limits.tcpTurnMessages;
    const done = hand();
    this.flush();
    if (!done && !this.stalled) this.wait();
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
    const { service, socket } = this;
    if (gathered > 0) {
      // The kernel takes it at once in the common case, but a slow peer's answers wait in this copy.
      socket.write(Buffer.from(scratch.subarray(0, gathered)), this.sent);
      service.touched(this);
      this.settle();
    }
    gathered = 0;
    if (this.stalled || this.pendingBytes <= service.pending.allowedBytes) return;
    this.stalled = true;
    socket.pause();
    service.stalled(this);
  }

  /** The kernel has taken answers. */
  private readonly sent = (): void => {
    if (this.socket.destroyed) return;
    this.settle();
    if (!this.stalled || this.pendingBytes > 0) return;
    this.stalled = false;
    this.service.pending.leave(this);
    this.service.touched(this);
    if (this.service.turns.isOpen()) this.goOn();
    else this.wait();
  };

  private settle(): void {
    const { writableLength } = this.socket;
    this.service.pending.bytes += writableLength - this.pendingBytes;
    this.pendingBytes = writableLength;
  }

  /** Has no part any more in what the connections share. */
  private release(): void {
    const { turns, pending } = this.service;
    turns.leave(this);
    pending.leave(this);
    pending.bytes -= this.pendingBytes;
    this.pendingBytes = 0;
  }
}

/** Answers of one connection are gathered here and written together; one scratch for all, used within one call. */
const GATHER_BYTES = 65_536;
const scratch = new Uint8Array(GATHER_BYTES + 2 + limits.tcpMessageBytes);
let gathered = 0;
