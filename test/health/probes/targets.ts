import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import net from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { HttpCheck, TcpCheck, TlsCheck } from '../../../src/config/check-model.ts';
import type { ProbeTls } from '../../../src/config/tls-model.ts';
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

/** Serves each connection with `behave`; with `certificateName`, behind TLS that offers `protocols`. */
export async function listen(
  behave: (socket: net.Socket) => void,
  certificateName?: string,
  protocols: readonly string[] = [],
  options: tls.TlsOptions = {},
): Promise<TestServer> {
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
          {
            cert: certificate(certificateName),
            key: certificate(`${certificateName}.key`),
            ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
            ...options,
          },
          serve,
        );
  return { ...(await opened(server)), received: () => received };
}

/** Serves each request over HTTP/2 with `behave`; with `certificateName`, behind TLS. */
export async function listenHttp2(
  behave: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
  certificateName?: string,
): Promise<TestServer> {
  const server =
    certificateName === undefined
      ? http2.createServer()
      : http2.createSecureServer({
          cert: certificate(certificateName),
          key: certificate(`${certificateName}.key`),
        });
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    stream.on('error', () => {});
    behave(stream, headers);
  });
  server.on('sessionError', () => {});
  return await opened(server);
}

/** A frame of HTTP/2, RFC 9113 §4.1: length, type, flags, stream. */
export function frame(type: number, payload = '', flags = 0, stream = 0): string {
  const { length } = payload;
  const bytes = [length >> 16, (length >> 8) & 0xff, length & 0xff, type, flags, 0, 0, 0, stream];
  return String.fromCharCode(...bytes) + payload;
}

/** Listens on loopback and counts connections. */
async function opened(server: net.Server): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const peers: (string | undefined)[] = [];
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
    received: () => '',
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

/** Sends `head` at once, then `drop` every 20 ms. */
export function drip(head: string, drop: string): (socket: net.Socket) => void {
  return (socket) => {
    socket.write(head);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Sends `text`, then `more` again and again until the connection ends or takes no more. */
export function flood(text: string, more: string): (socket: net.Socket) => void {
  return (socket) =>
    socket.once('data', () => {
      socket.write(text, 'latin1');
      const chunk = Buffer.from(more.repeat(Math.ceil(8_192 / more.length)), 'latin1');
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
  version: 'auto',
  method: 'GET',
  path: '/healthz',
  host: undefined,
  headers: {},
  status: [[200, 299]],
  body: undefined,
  json: undefined,
  tls: undefined,
};

/** Trusts the authority of the fixtures. */
export const trusting: ProbeTls = {
  verifyCertificate: true,
  ca: certificate('authority'),
  identity: undefined,
  warnDays: 14,
  failDays: undefined,
};

export const httpsCheck: HttpCheck = { ...httpCheck, type: 'https', port: 443, tls: trusting };

export const tlsCheck: TlsCheck = { type: 'tls', port: 443, host: undefined, tls: trusting };

export const tcpCheck: TcpCheck = { type: 'tcp', port: undefined, send: undefined, expect: undefined };
