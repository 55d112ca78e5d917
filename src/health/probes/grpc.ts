import net from 'node:net';
import type { GrpcCheck } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { callHttp2 } from '../http2/call.ts';
import type { Header } from '../http2/static-table.ts';
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
      requireServing(await call(socket, target, check, progress), check);
    } finally {
      socket.destroy();
    }
  });

/** One call over a connection of its own. */
async function call(
  socket: net.Socket,
  target: ProbeTarget,
  check: GrpcCheck,
  progress: Progress,
): Promise<GrpcReply> {
  const body = writeHealthRequest(check.service);
  const {
    status,
    headers,
    body: chunks,
    trailers,
  } = await callHttp2(socket, { headers: headersOf(target, check), body });
  const reply = new GrpcReply(status);
  reply.take(headers);
  progress.doing = 'reading the response';
  for await (const chunk of chunks)
    if (!reply.add(chunk))
      throw failure('error', `the response is larger than ${limits.grpcReplyBytes} bytes`);
  reply.take(trailers);
  return reply;
}

function headersOf(target: ProbeTarget, { tls, host }: GrpcCheck): Header[] {
  const address = net.isIPv6(target.host) ? `[${target.host}]` : target.host;
  return [
    [':method', 'POST'],
    [':scheme', tls === undefined ? 'http' : 'https'],
    [':authority', host ?? `${address}:${target.port}`],
    [':path', '/grpc.health.v1.Health/Check'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ['user-agent', 'Meridian health check'],
  ];
}

/** gRPC over HTTP/2: the call's own status stands in the trailers, or in the headers when there is no message. */
function requireServing(reply: GrpcReply, { service }: GrpcCheck): void {
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

function failure(code: 'status' | 'error', reason: string): ProbeFailure {
  return new ProbeFailure({ code, reason: printable(reason) });
}
