import { connect, type Socket } from 'node:net';
import { limits } from '../runtime/limits.ts';
import { Control, ControlReader, controlFrame } from './frame-streams.ts';
import { Retry } from './retry.ts';
import type { Sink, SinkEvents } from './sink.ts';

/**
 * A unix socket that somebody reads: plain lines, or frames behind a handshake (READY, ACCEPT, START). A reader that
 * stops reading stops this sink and nothing else; one that goes away is looked for again.
 */
export class SocketSink implements Sink {
  private readonly path: string;
  private readonly contentType: string | undefined;
  private readonly events: SinkEvents;
  private readonly nowMs: () => number;
  private readonly retry = new Retry();
  private socket: Socket | undefined;
  private control = new ControlReader();
  private open = false;
  private beganMs = 0;
  /** Records of the block that is under way; 0 for none. */
  private underWay = 0;
  private goodbye: (() => void) | undefined;

  /** `contentType`: of frame streams, undefined for text. `nowMs`: monotonic. */
  constructor(path: string, contentType: string | undefined, events: SinkEvents, nowMs: () => number) {
    this.path = path;
    this.contentType = contentType;
    this.events = events;
    this.nowMs = nowMs;
  }

  get ready(): boolean {
    return this.open && !this.holding;
  }

  get holding(): boolean {
    return this.underWay > 0;
  }

  write(block: Uint8Array, records: number): void {
    this.underWay = records;
    const socket = this.socket!;
    socket.write(block, (error) => {
      // The end of the connection counts the loss. Node reports a write that a `destroy` cut off as done.
      if (error || socket.destroyed) return;
      this.underWay = 0;
      this.retry.worked();
      this.events.well();
      this.events.written(records);
    });
  }

  tend(): void {
    if (this.socket === undefined) {
      if (this.retry.isDue(this.nowMs())) this.dial();
    } else if (!this.open && this.nowMs() - this.beganMs > limits.queryLogHandshakeMs) {
      this.socket.destroy(new Error('no handshake in time'));
    }
  }

  reopen(): void {}

  async close(): Promise<void> {
    const { socket } = this;
    if (socket === undefined) return;
    const gone = new Promise<void>((resolve) => {
      this.goodbye = resolve;
    });
    const deadline = setTimeout(() => socket.destroy(), limits.queryLogGoodbyeMs);
    // A reader of frames answers STOP with FINISH; one of lines has no more to say.
    if (!this.open) socket.destroy();
    else if (this.contentType !== undefined) socket.write(controlFrame(Control.STOP));
    else socket.end();
    await gone;
    clearTimeout(deadline);
  }

  private dial(): void {
    const socket = connect({ path: this.path });
    let reason = 'the reader closed the connection';
    this.socket = socket;
    this.control = new ControlReader();
    this.beganMs = this.nowMs();
    socket.on('connect', () => {
      if (this.contentType === undefined) this.open = true;
      else socket.write(controlFrame(Control.READY, this.contentType));
    });
    socket.on('data', (chunk) => this.hear(socket, chunk));
    socket.on('end', () => socket.destroy());
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => this.ended(reason));
  }

  private hear(socket: Socket, chunk: Buffer): void {
    if (this.contentType === undefined) return;
    for (const { control, contentTypes } of this.control.push(chunk) ?? [none]) {
      const accepted = control === Control.ACCEPT && !this.open && contentTypes.includes(this.contentType);
      if (!accepted) {
        socket.destroy(control === Control.FINISH ? undefined : new Error('the reader wants other frames'));
        return;
      }
      socket.write(controlFrame(Control.START, this.contentType));
      this.open = true;
    }
  }

  private ended(reason: string): void {
    this.socket = undefined;
    this.open = false;
    if (this.underWay > 0) this.events.lost(this.underWay);
    this.underWay = 0;
    this.retry.failed(this.nowMs());
    if (this.goodbye === undefined) this.events.trouble(reason);
    else this.goodbye();
  }
}

/** Stands for bytes that are no control frame. */
const none = { control: 0, contentTypes: [] };
