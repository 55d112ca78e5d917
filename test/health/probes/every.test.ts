import { once } from 'node:events';
import type http2 from 'node:http2';
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { ProbeCheck } from '../../../src/config/check-model.ts';
import { createProbes } from '../../../src/health/probes/network.ts';
import type { Probe, ProbeTarget } from '../../../src/health/probes/probe.ts';
import { Reports } from '../../../src/health/reports.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';
import {
  answer,
  flood,
  frame,
  httpCheck,
  httpsCheck,
  listen,
  listenHttp2,
  type TestServer,
  tcpCheck,
  tlsCheck,
} from './targets.ts';

const networkProbes = createProbes(new Reports(systemClock));

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready';
const silence = (): void => {};
/** A server that greets, as those of mail do. */
const greet = (text: string) => (socket: net.Socket) => socket.write(text);
const serveHttp2 = (stream: http2.ServerHttp2Stream): void => {
  stream.respond({ ':status': 200 });
  stream.end('ready');
};
/** HEADERS that never end (RFC 9113 §6.10), each field a literal that is not indexed (RFC 7541 §6.2.2). */
const fields = '\x00\x01a\x01b'.repeat(1_000);
const endlessHeaders = flood(frame(4) + frame(1, fields, 0, 1), frame(9, fields, 0, 1));

interface Kind {
  readonly name: string;
  readonly check: ProbeCheck;
  readonly well: () => Promise<TestServer>;
  /** Of what it takes for silence, and of what says too much. */
  readonly silent: () => Promise<TestServer>;
  readonly babbling: () => Promise<TestServer>;
}

const kinds: readonly Kind[] = [
  {
    name: 'tcp with a text',
    check: { ...tcpCheck, send: 'PING\r\n', expect: 'PONG' },
    well: () => listen(answer('+PONG\r\n')),
    silent: () => listen(silence),
    babbling: () => listen(flood('', 'PANG')),
  },
  {
    name: 'tcp with a greeting',
    check: { ...tcpCheck, expect: '220 ' },
    well: () => listen(greet('220 mail.example ready\r\n')),
    silent: () => listen(silence),
    babbling: () => listen((socket) => void socket.end('\x00'.repeat(200_000))),
  },
  {
    name: 'tls',
    check: tlsCheck,
    well: () => listen(silence, 'valid'),
    silent: () => listen(silence),
    babbling: () => listen(flood('', '\x16\x03\x03\x40\x00')),
  },
  {
    name: 'http/1.1',
    check: { ...httpCheck, body: 'ready' },
    well: () => listen(answer(ok)),
    silent: () => listen(silence),
    babbling: () => listen(flood('HTTP/1.1 200 OK\r\n', 'X-More: abcdefgh\r\n')),
  },
  {
    name: 'http/2 in clear',
    check: { ...httpCheck, version: '2', body: 'ready' },
    well: () => listenHttp2(serveHttp2),
    silent: () => listen(silence),
    babbling: () => listen(endlessHeaders),
  },
  {
    name: 'https, 1.1',
    check: { ...httpsCheck, body: 'ready' },
    well: () => listen(answer(ok), 'valid'),
    silent: () => listen(silence, 'valid'),
    babbling: () => listen(flood('HTTP/1.1 200 OK\r\n\r\n', 'x'), 'valid'),
  },
  {
    name: 'https, 2',
    check: { ...httpsCheck, version: '2', body: 'ready' },
    well: () => listenHttp2(serveHttp2, 'valid'),
    silent: () => listen(silence, 'valid', ['h2']),
    babbling: () => listen(endlessHeaders, 'valid', ['h2']),
  },
];

for (const { name, check, well, silent, babbling } of kinds) {
  const place = async (make: () => Promise<TestServer>, more: Partial<ProbeTarget> = {}): Promise<Place> => {
    const server = await make();
    const probe = networkProbes[check.type] as Probe<ProbeCheck>;
    return {
      probe: (signal) => probe({ ...server.target, ...more }, check, signal),
      open: server.open,
      close: server.close,
    };
  };

  describeProbe(name, {
    well: () => place(well),
    refusing: async () => {
      const refusing = await place(() => listen(silence));
      await refusing.close();
      return { ...refusing, close: () => Promise.resolve() };
    },
    silent: () => place(silent),
    babbling: () => place(babbling),
  });

  describe(name, () => {
    it('comes from the source that it is given', async () => {
      const peers: (string | undefined)[] = [];
      const seen = async () => {
        const server = await well();
        const close = () => {
          peers.push(...server.peers());
          return server.close();
        };
        return { ...server, close };
      };
      expect(await visit(await place(seen, { source: '127.0.0.9' }), patientMs)).toMatchObject({ ok: true });
      expect(peers).toEqual(['127.0.0.9']);
    });

    it('says nothing about the endpoint when the source is none of ours', async () => {
      expect(await visit(await place(well, { source: '192.0.2.9' }), patientMs)).toMatchObject({
        code: 'error',
        reason: 'no probe was possible from 192.0.2.9: it is no address of this machine',
        ownFault: true,
      });
    });

    it.each(['at once', 'after a byte'])('has a reason for a connection that is reset %s', async (when) => {
      const reset = (socket: net.Socket): void => {
        if (when === 'at once') socket.resetAndDestroy();
        else socket.once('data', () => socket.resetAndDestroy());
      };
      // A probe that says nothing first would wait for a reset that never comes.
      if (check.type === 'tcp' && check.send === undefined && when !== 'at once') return;
      const result = await visit(await place(() => listen(reset)), patientMs);
      expect(result.ok).toBe(false);
      expect(result.code).not.toBe('timeout');
    });

    it('fails at port 0', async () => {
      expect((await visit(await place(well, { port: 0 }), patientMs)).ok).toBe(false);
    });
  });
}

describe('a port whose queue is full', () => {
  it('is a timeout while connecting', async () => {
    const stuck = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
       const server = require('node:net').createServer();
       server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
         parentPort.postMessage(server.address().port);
         setImmediate(() => Atomics.wait(workerData, 0, 0));
       });`,
      { eval: true, workerData: new Int32Array(new SharedArrayBuffer(4)) },
    );
    const [port] = (await once(stuck, 'message')) as [number];
    // The worker takes no connection: the kernel holds two and lets the SYNs of others fall.
    const waiting = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => {}));
    await once(waiting[0]!, 'connect');
    const target = { address: '127.0.0.1', port, host: 'x' };
    const result = await networkProbes.tcp(target, tcpCheck, AbortSignal.timeout(shortMs));
    expect(result).toMatchObject({ code: 'timeout', reason: expect.stringMatching(/while connecting$/) });
    for (const socket of waiting) socket.destroy();
    await stuck.terminate();
  });
});
