import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Control, ControlReader, controlFrame } from '../../src/query-log/frame-streams.ts';
import { SocketSink } from '../../src/query-log/socket-sink.ts';
import { limits } from '../../src/runtime/limits.ts';
import { until } from '../control/until.ts';

const TYPE = 'protobuf:dnstap.Dnstap';
const START = controlFrame(Control.START, TYPE).toString('hex');
const STOP = controlFrame(Control.STOP).toString('hex');

let directory: string;
const closers: (() => unknown)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-sock-'));
});
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
  rmSync(directory, { recursive: true });
});

/** A reader on the socket: what each connection sent behind the handshake, as hex. */
class Reader {
  readonly connections: { readonly socket: Socket; received: string }[] = [];
  private readonly server: Server;

  constructor(greet: (socket: Socket) => void) {
    this.server = createServer((socket) => {
      const connection = { socket, received: '' };
      this.connections.push(connection);
      socket.on('data', (chunk) => {
        connection.received += chunk.toString('hex');
      });
      socket.on('error', () => {});
      greet(socket);
    });
    closers.push(() => this.close());
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.server.listen(join(directory, 's'), resolve));
  }

  close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

function sinkOf({ contentType }: { contentType: string | undefined } = { contentType: TYPE }) {
  const told: string[] = [];
  const clock = { ms: 0 };
  const sink = new SocketSink(
    join(directory, 's'),
    contentType,
    {
      written: (records) => told.push(`written ${records}`),
      lost: (records) => told.push(`lost ${records}`),
      trouble: (reason) => told.push(`trouble ${reason}`),
      well: () => {},
    },
    () => clock.ms,
  );
  closers.push(() => sink.close());
  return { sink, told, clock };
}

const accept = (socket: Socket) => socket.write(controlFrame(Control.ACCEPT, TYPE));

describe('SocketSink', () => {
  it('shakes hands, writes frames, says goodbye', async () => {
    const reader = new Reader((socket) => {
      const control = new ControlReader();
      socket.once('data', (chunk) => {
        expect(control.push(chunk)).toEqual([{ control: Control.READY, contentTypes: [TYPE] }]);
        accept(socket);
      });
      socket.on('data', (chunk) => {
        if (chunk.toString('hex').endsWith(STOP)) socket.write(controlFrame(Control.FINISH));
      });
    });
    await reader.listen();
    const { sink, told } = sinkOf();
    sink.tend();
    await until(() => sink.ready);
    sink.write(Buffer.from('abcd', 'hex'), 3);
    expect([sink.ready, sink.holding]).toEqual([false, true]);
    await until(() => sink.ready);
    await sink.close();
    expect(told).toEqual(['written 3']);
    const ready = controlFrame(Control.READY, TYPE).toString('hex');
    expect(reader.connections[0]!.received).toBe(`${ready}${START}abcd${STOP}`);
  });

  it('writes lines without any handshake', async () => {
    const reader = new Reader((socket) => socket.write('what a reader says is of no interest'));
    await reader.listen();
    const { sink } = sinkOf({ contentType: undefined });
    sink.tend();
    await until(() => sink.ready);
    sink.write(Buffer.from('{}\n'), 1);
    await until(() => reader.connections[0]!.received === '7b7d0a');
  });

  it.each([
    { what: 'frames of another type', bytes: controlFrame(Control.ACCEPT, 'other') },
    { what: 'no handshake but text', bytes: Buffer.from('HTTP/1.1 400 Bad Request\r\n') },
    { what: 'a goodbye', bytes: controlFrame(Control.FINISH) },
  ])('leaves a reader that answers with $what', async ({ bytes }) => {
    const reader = new Reader((socket) => socket.write(bytes));
    await reader.listen();
    const { sink, told } = sinkOf();
    sink.tend();
    await until(() => told.length > 0);
    expect(told[0]).toMatch(/^trouble/);
    expect(sink.ready).toBe(false);
  });

  it('leaves a reader that does not answer at all', async () => {
    await new Reader(() => {}).listen();
    const { sink, told, clock } = sinkOf();
    sink.tend();
    clock.ms = limits.queryLogHandshakeMs + 1;
    sink.tend();
    await until(() => told.length > 0);
    expect(told).toEqual(['trouble no handshake in time']);
  });

  it('looks for its reader ever more seldom, and finds one that comes later', async () => {
    const { sink, told, clock } = sinkOf();
    for (let tries = 1; tries <= 9; tries++) {
      sink.tend();
      await until(() => told.length === tries);
      // Not yet due again.
      clock.ms += Math.min(limits.queryLogRetryMs * 2 ** (tries - 1), limits.queryLogRetryMaxMs) - 1;
      sink.tend();
      clock.ms += 1;
    }
    expect(told).toHaveLength(9);
    expect(told[0]).toMatch(/ENOENT/);
    await new Reader(accept).listen();
    sink.tend();
    await until(() => sink.ready);
  });

  it('holds one block and no more for a reader that does not read, and counts it as lost at the end', async () => {
    const reader = new Reader((socket) => {
      accept(socket);
      socket.pause();
    });
    await reader.listen();
    const { sink, told } = sinkOf();
    sink.tend();
    await until(() => sink.ready);
    const block = Buffer.alloc(limits.queryLogBlockBytes);
    let blocks = 0;
    for (let quiet = 0; quiet < 40; quiet++) {
      if (sink.ready) {
        sink.write(block, 10);
        blocks++;
        quiet = 0;
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(sink.holding).toBe(true);
    expect(blocks * block.length).toBeLessThan(2 ** 22);
    const before = performance.now();
    await sink.close();
    expect(performance.now() - before).toBeLessThan(limits.queryLogGoodbyeMs + 500);
    expect(told).toEqual([...Array(blocks - 1).fill('written 10'), 'lost 10']);
  });

  it('comes back to a reader that was started again', async () => {
    const first = new Reader(accept);
    await first.listen();
    const { sink, told, clock } = sinkOf();
    sink.tend();
    await until(() => sink.ready);
    await first.close();
    await until(() => told.length > 0);
    await new Reader(accept).listen();
    clock.ms += limits.queryLogRetryMs;
    sink.tend();
    await until(() => sink.ready);
  });
});
