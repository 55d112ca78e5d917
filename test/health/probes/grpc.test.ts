import http2 from 'node:http2';
import type net from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrpcCheck } from '../../../src/config/check-model.ts';
import type { ProbeTls } from '../../../src/config/tls-model.ts';
import { probeGrpc } from '../../../src/health/probes/grpc.ts';
import { readServing, writeHealthRequest } from '../../../src/health/probes/grpc-messages.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';
import { answer, certificate, flood, listen } from './targets.ts';

const check: GrpcCheck = {
  type: 'grpc',
  port: undefined,
  service: 'shop.Cart',
  host: undefined,
  tls: undefined,
};
const overTls: ProbeTls = {
  verifyCertificate: true,
  ca: certificate('authority'),
  identity: undefined,
  warnDays: 0,
  failDays: undefined,
};

type Serve = (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders, body: Buffer) => void;

/** A server of gRPC's own protocol, over node:http2. */
async function grpcPlace(
  serve: Serve,
  how: Partial<GrpcCheck> = {},
  certificateName = 'valid',
): Promise<Place> {
  const sockets = new Set<net.Socket>();
  const server =
    how.tls !== undefined
      ? http2.createSecureServer({
          cert: certificate(certificateName),
          key: certificate(`${certificateName}.key`),
        })
      : http2.createServer();
  const keep = (socket: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  server.on('connection', keep);
  server.on('sessionError', () => {});
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => serve(stream, headers, Buffer.concat(chunks)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const target = { address: '127.0.0.1', port, host: how.host ?? '127.0.0.1' };
  return {
    probe: (signal) => probeGrpc(target, { ...check, ...how }, signal),
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The same over a plain connection that does what it likes. */
async function rawPlace(behave: (socket: net.Socket) => void): Promise<Place> {
  const server = await listen(behave);
  return {
    probe: (signal) => probeGrpc(server.target, check, signal),
    open: server.open,
    close: server.close,
  };
}

function reply(body: Buffer, status: string, message = ''): Serve {
  return (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc+proto' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status, 'grpc-message': message }));
    stream.end(body);
  };
}

function answers(headers: http2.OutgoingHttpHeaders, body: Buffer): Serve {
  return (stream) => {
    stream.respond(headers);
    stream.end(body);
  };
}

function headersAlone(headers: http2.OutgoingHttpHeaders): Serve {
  return (stream) => stream.respond(headers, { endStream: true });
}

const state = (number: number): Buffer => Buffer.from([0, 0, 0, 0, 2, 8, number]);
const serving = reply(state(1), '0');

describeProbe('grpc', {
  well: () => grpcPlace(serving),
  refusing: () => grpcPlace(reply(state(2), '0')),
  silent: () => grpcPlace(() => {}),
  babbling: () => grpcPlace(reply(Buffer.alloc(10_000_000), '0', 'x'.repeat(5_000))),
});

describeProbe('grpc over TLS', {
  well: () => grpcPlace(serving, { tls: overTls }),
  refusing: () => grpcPlace(serving, { tls: overTls }, 'expired'),
  silent: () => grpcPlace(() => {}, { tls: overTls }),
  babbling: () => grpcPlace(reply(Buffer.alloc(10_000_000), '0'), { tls: overTls }),
});

describe('grpc: what it sends', () => {
  it('asks the health service for the service, as a gRPC client does', async () => {
    const seen: unknown[] = [];
    const place = await grpcPlace(
      (stream, headers, body) => {
        seen.push(
          headers[':path'],
          headers['content-type'],
          headers['te'],
          headers[':authority'],
          body.toString('latin1'),
        );
        serving(stream, headers, body);
      },
      { host: 'cart.example' },
    );
    expect((await visit(place, patientMs)).ok).toBe(true);
    expect(seen).toEqual([
      '/grpc.health.v1.Health/Check',
      'application/grpc',
      'trailers',
      'cart.example',
      '\x00\x00\x00\x00\x0b\x0a\x09shop.Cart',
    ]);
  });

  it('asks for the server as a whole with an empty message', () => {
    expect([...writeHealthRequest('')]).toEqual([0, 0, 0, 0, 0]);
    expect(writeHealthRequest('s'.repeat(200)).subarray(5, 8)).toEqual(Buffer.from([0x0a, 200, 1]));
  });
});

describe('grpc: answers', () => {
  const grpc = { ':status': 200, 'content-type': 'application/grpc' };
  const cases: [string, Serve, ProbeResult['code'], RegExp][] = [
    ['NOT_SERVING', reply(state(2), '0'), 'status', /^service shop\.Cart is NOT_SERVING, wanted SERVING$/],
    ['no state', reply(Buffer.alloc(5), '0'), 'status', /is UNKNOWN, wanted/],
    ['a state of the future', reply(state(9), '0'), 'status', /is in state 9, wanted/],
    [
      'an unknown service',
      headersAlone({ ...grpc, 'grpc-status': '5' }),
      'status',
      /not known to the health/,
    ],
    ['no health service', headersAlone({ ...grpc, 'grpc-status': '12' }), 'status', /no gRPC health service/],
    [
      'another status',
      reply(Buffer.alloc(0), '14', 'try later'),
      'status',
      /^gRPC status 14, wanted 0: try later$/,
    ],
    ['no status', answers(grpc, state(1)), 'error', /without a gRPC status/],
    ['HTTP 503', headersAlone({ ':status': 503 }), 'status', /^status 503, wanted 200$/],
    [
      'a web page',
      answers({ ':status': 200, 'content-type': 'text/html' }, Buffer.from('<p>')),
      'error',
      /not gRPC/,
    ],
    ['a compressed message', reply(Buffer.from([1, 0, 0, 0, 2, 8, 1]), '0'), 'error', /not a message of/],
    ['a message cut short', reply(Buffer.from([0, 0, 0, 0, 9, 8, 1]), '0'), 'error', /not a message of/],
    ['garbage', reply(Buffer.from([0, 0, 0, 0, 2, 0xff, 0xff]), '0'), 'error', /not a message of/],
    ['two messages', reply(Buffer.concat([state(1), state(1)]), '0'), 'error', /not a message of/],
    ['a reset stream', (s) => s.close(http2.constants.NGHTTP2_INTERNAL_ERROR), 'error', /./],
  ];

  it.each(cases)('%s', async (_, serve, code, reason) => {
    const result = await visit(await grpcPlace(serve), patientMs);
    expect(result.code).toBe(code);
    expect(result.reason).toMatch(reason);
  });

  it.each([
    ['HTTP/1.1', answer('HTTP/1.1 400 Bad Request\r\n\r\n'), 'error', /not HTTP\/2|closed before/],
    ['a reset', (s: net.Socket) => s.once('data', () => s.resetAndDestroy()), 'error', /closed before/],
    ['a close', (s: net.Socket) => s.once('data', () => s.end()), 'error', /closed before/],
    ['a flood', flood('', '\xff'), 'error', /./],
    ['endless settings', flood('', '\x00\x00\x00\x04\x00\x00\x00\x00\x00'), 'any', /./],
    [
      'endless pings',
      flood('\x00\x00\x00\x04\x00\x00\x00\x00\x00', '\x00\x00\x08\x06\x00\x00\x00\x00\x0012345678'),
      'any',
      /./,
    ],
  ] as const)('%s instead of HTTP/2', async (_, behave, code, reason) => {
    const result = await visit(await rawPlace(behave), code === 'any' ? shortMs : patientMs);
    expect(result.ok).toBe(false);
    if (code === 'error') expect(result.code).toBe(code);
    expect(result.reason).toMatch(reason);
  });

  it('a body in slow drops ends at the deadline', async () => {
    const place = await grpcPlace((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
      const timer = setInterval(() => stream.write('\0'), 20);
      stream.on('close', () => clearInterval(timer));
    });
    expect(await visit(place, shortMs)).toMatchObject({
      code: 'timeout',
      reason: expect.stringContaining('reading the response'),
    });
  });

  it.each([
    ['expired', {}, /certificate has expired/],
    ['wrong-name', { host: 'cart.example' }, /not for cart\.example/],
    ['self-signed', {}, /self-signed/],
  ] as const)('refuses a certificate that is %s', async (name, how, reason) => {
    const result = await visit(await grpcPlace(serving, { tls: overTls, ...how }, name), patientMs);
    expect(result).toMatchObject({ code: 'tls', reason: expect.stringMatching(reason) });
    const unchecked = await grpcPlace(
      serving,
      { tls: { ...overTls, verifyCertificate: false }, ...how },
      name,
    );
    expect((await visit(unchecked, patientMs)).ok).toBe(true);
  });

  it('reads no message twice and never throws', () => {
    const fields = fc.array(fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(fields, (parts) => {
        const message = Buffer.concat(parts);
        const frame = Buffer.alloc(5);
        frame.writeUInt32BE(message.length, 1);
        const read = readServing(Buffer.concat([frame, message]));
        expect(read === undefined || read >= 0).toBe(true);
        // An unknown field of the future before the status is stepped over.
        const future = Buffer.concat([
          Buffer.from([0x12, message.length & 0x7f]),
          message.subarray(0, message.length & 0x7f),
        ]);
        if (future.length !== 2 + (message.length & 0x7f)) return;
        const whole = Buffer.concat([
          Buffer.from([0, 0, 0, 0, future.length + 2]),
          future,
          Buffer.from([8, 1]),
        ]);
        expect(readServing(whole)).toBe(1);
      }),
      { seed: 5 },
    );
  });
});
