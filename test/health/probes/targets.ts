import { readFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { HttpCheck } from '../../../src/config/check-model.ts';
import type { ProbeTarget } from '../../../src/health/probes/probe.ts';

/** A server of ours on loopback, well or badly behaved. */
export interface TestServer {
  readonly target: ProbeTarget;
  /** Connections that are open now. */
  readonly open: () => number;
  /** Where connections came from, in their order. */
  readonly peers: () => readonly (string | undefined)[];
  /** What clients sent so far. */
  readonly received: () => string;
  readonly close: () => Promise<void>;
}

export const certificate = (name: string): string =>
  readFileSync(join(import.meta.dirname, `../../fixtures/tls/${name}.pem`), 'utf8');

/** Serves each connection with `behave`; with `certificateName`, behind TLS. */
export async function listen(
  behave: (socket: net.Socket) => void,
  certificateName?: string,
): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const peers: (string | undefined)[] = [];
  let received = '';
  const serve = (socket: net.Socket): void => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    behave(socket);
  };
  const server =
    certificateName === undefined
      ? net.createServer(serve)
      : tls.createServer(
          { cert: certificate(certificateName), key: certificate(`${certificateName}.key`) },
          serve,
        );
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    peers.push(socket.remoteAddress);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    target: { address: '127.0.0.1', port, host: '127.0.0.1' },
    open: () => sockets.size,
    peers: () => peers,
    received: () => received,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a whole answer to the first request bytes. */
export function answer(text: string): (socket: net.Socket) => void {
  return (socket) => socket.once('data', () => socket.end(text));
}

/** Sends `text`, then `more` again and again until the connection ends or takes no more. */
export function flood(text: string, more: string): (socket: net.Socket) => void {
  return (socket) =>
    socket.once('data', () => {
      socket.write(text);
      const chunk = more.repeat(Math.ceil(8_192 / more.length));
      const go = (): void => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.on('drain', go);
      go();
    });
}

export const httpCheck: HttpCheck = {
  type: 'http',
  port: 80,
  method: 'GET',
  path: '/healthz',
  host: undefined,
  headers: {},
  status: [[200, 299]],
  body: undefined,
  verifyCertificate: true,
  ca: undefined,
};
