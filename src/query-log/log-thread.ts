import * as fs from 'node:fs';
import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import { unreachable } from '../runtime/assert.ts';
import { limits } from '../runtime/limits.ts';
import { Dnstap } from './dnstap.ts';
import { FileSink } from './file-sink.ts';
import type { LogFormat } from './format.ts';
import { JsonLines } from './json-lines.ts';
import { LogCount, type LogOrder, type LogReport, type LogStart } from './messages.ts';
import { NameBook } from './names.ts';
import { LogPump } from './pump.ts';
import type { Sink, SinkEvents } from './sink.ts';
import { SocketSink } from './socket-sink.ts';

/** The log thread: looks into the rings a few times a second, and at once again while they are full. */
export class LogThread {
  private readonly port: MessagePort;
  private readonly names: NameBook;
  private readonly counts: Float64Array;
  private readonly pump: LogPump;
  private readonly sink: Sink;
  private troubled = false;
  private stopMs: number | undefined;
  private wake: () => void = () => {};

  constructor(port: MessagePort, start: LogStart) {
    this.port = port;
    this.names = new NameBook(start.names);
    this.counts = new Float64Array(start.counts);
    const format = openFormat(start, this.names);
    this.sink = openSink(start, format, this.events());
    this.pump = new LogPump(format, this.sink);
    this.pump.setRings(start.rings);
  }

  /** Resolves when it was told to stop and has written what there was. */
  async run(): Promise<void> {
    while (!this.finished()) {
      const moved = this.turn();
      if (moved >= limits.queryLogSlots / 4) await new Promise(setImmediate);
      else await this.sleep();
    }
    await this.sink.close();
    this.counts[LogCount.LOST]! += this.pump.leftBehind;
  }

  /** Orders come between the mark and the move: the names that a marked record needs were posted before it was made. */
  private turn(): number {
    if (this.stopMs === undefined) this.pump.mark();
    let item = receiveMessageOnPort(this.port);
    for (; item !== undefined; item = receiveMessageOnPort(this.port)) this.obey(item.message as LogOrder);
    this.sink.tend();
    return this.pump.move();
  }

  private obey(order: LogOrder): void {
    switch (order.kind) {
      case 'rings':
        this.pump.setRings(order.rings);
        break;
      case 'names':
        this.names.add(order.names);
        break;
      case 'reopen':
        this.sink.reopen();
        break;
      case 'stop':
        // What comes after this belongs to the thread that follows.
        this.stopMs = performance.now();
        this.pump.mark();
        break;
      default:
        unreachable(order);
    }
  }

  private finished(): boolean {
    if (this.stopMs === undefined) return false;
    if (performance.now() - this.stopMs > limits.queryLogStopMs) return true;
    return this.pump.empty && !this.sink.holding;
  }

  private sleep(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limits.queryLogPollMs);
      this.wake = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
  }

  private events(): SinkEvents {
    return {
      written: (records) => {
        this.counts[LogCount.WRITTEN]! += records;
        if (!this.pump.empty) this.wake();
      },
      lost: (records) => {
        this.counts[LogCount.LOST]! += records;
      },
      trouble: (reason) => {
        if (!this.troubled) this.tell({ kind: 'trouble', reason });
        this.troubled = true;
      },
      well: () => {
        if (this.troubled) this.tell({ kind: 'well' });
        this.troubled = false;
      },
    };
  }

  private tell(report: LogReport): void {
    this.port.postMessage(report);
  }
}

function openFormat({ settings, node }: LogStart, names: NameBook): LogFormat {
  return settings.format === 'json'
    ? new JsonLines(names, settings.addresses)
    : new Dnstap(names, settings.addresses, node);
}

function openSink({ settings: { to } }: LogStart, { frames }: LogFormat, events: SinkEvents): Sink {
  const nowMs = () => performance.now();
  if ('socket' in to) return new SocketSink(to.socket, frames, events, nowMs);
  return new FileSink(
    { path: to.file, maxBytes: to.maxBytes, keep: to.keep, contentType: frames },
    events,
    fs,
    nowMs,
  );
}
