import http2 from 'node:http2';
import net from 'node:net';
import type { GrpcCheck } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { boundReading, connectTcp } from './connection.ts';
import { GrpcReply, readServing, servingNames, writeHealthRequest } from './grpc-messages.ts';
import { outcomeOf, type Progress } from './outcome.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { ProbeFailure, printable } from './reasons.ts';
import { startTls } from './tls-session.ts';

/** Calls `grpc.health.v1.Health/Check` over HTTP/2; succeeds when the service is SERVING. */
export const probeGrpc: Probe<GrpcCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    let socket: net.Socket = await connectTcp(target, signal);
    boundReading(socket, progress);
    try {
      if (check.tls !== undefined) {
        const wanted = { host: target.host, settings: check.tls, protocols: ['h2'] };
        socket = await startTls(socket, wanted, signal, progress);
      }
      progress.doing = 'waiting for the response';
      requireServing(await call(socket, target, check, signal, progress), check);
    } finally {
      socket.destroy();
    }
  });

/** One call over a connection of its own, which ends with it. */
async function call(
  socket: net.Socket,
  target: ProbeTarget,
  check: GrpcCheck,
  signal: AbortSignal,
  progress: Progress,
): Promise<GrpcReply> {
  const authority = `${net.isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const session = http2.connect(`${check.tls === undefined ? 'http' : 'https'}://${authority}`, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: limits.probeHeaderBytes },
    maxSessionMemory: 1,
  });
  try {
    return await new Promise<GrpcReply>((resolve, reject) => {
      const stop = () => reject(signal.reason);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      const broken = (error: Error) => reject(new ProbeFailure(notHttp2(error)));
      session.on('error', broken);
      session.on('close', () => broken(new Error('closed')));
      const stream = session.request(headersOf(authority, check));
      const reply = new GrpcReply();
      stream.on('error', broken);
      stream.on('response', (headers) => reply.take(headers));
      stream.on('trailers', (headers) => reply.take(headers));
      stream.on('data', (chunk: Buffer) => {
        progress.doing = 'reading the response';
        if (!reply.add(chunk))
          reject(failure('error', `the response is larger than ${limits.grpcReplyBytes} bytes`));
      });
      stream.on('end', () => resolve(reply));
      stream.end(writeHealthRequest(check.service));
    });
  } finally {
    session.destroy();
  }
}

function headersOf(authority: string, { tls, host }: GrpcCheck): http2.OutgoingHttpHeaders {
  return {
    ':method': 'POST',
    ':scheme': tls === undefined ? 'http' : 'https',
    ':authority': host ?? authority,
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'Meridian health check',
  };
}

/** gRPC over HTTP/2: the call's own status stands in the trailers, or in the headers when there is no message. */
function requireServing(reply: GrpcReply, { service }: GrpcCheck): void {
  if (reply.httpStatus === undefined) throw new ProbeFailure(notHttp2(new Error('closed')));
  if (reply.httpStatus !== 200) throw failure('status', `status ${reply.httpStatus}, wanted 200`);
  if (!reply.isGrpc) throw failure('error', 'the answer is not gRPC');
  const about = service === '' ? 'the server' : `service ${service}`;
  switch (reply.grpcStatus) {
    case undefined:
      throw failure('error', 'the response ended without a gRPC status');
    case '0':
      break;
    case '5':
      throw failure('status', `${about} is not known to the health service`);
    case '12':
      throw failure('status', 'the server has no gRPC health service');
    default:
      throw failure('status', `gRPC status ${reply.grpcStatus}, wanted 0: ${reply.grpcMessage}`);
  }
  const serving = readServing(reply.body);
  if (serving === undefined) throw failure('error', 'the response is not a message of the health service');
  if (serving === 1) return;
  throw failure('status', `${about} is ${servingNames[serving] ?? `in state ${serving}`}, wanted SERVING`);
}

function notHttp2(error: Error): ProbeFailure['failure'] {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message === 'closed' || code === 'ECONNRESET' || code === 'EPIPE')
    return { code: 'error', reason: 'connection closed before the response was complete' };
  if (code === 'ERR_HTTP2_ERROR' || code === 'ERR_HTTP2_SESSION_ERROR')
    return { code: 'error', reason: 'the answer is not HTTP/2' };
  return { code: 'error', reason: printable(`the call failed: ${error.message}`) };
}

function failure(code: 'status' | 'error', reason: string): ProbeFailure {
  return new ProbeFailure({ code, reason: printable(reason) });
}
