import type net from 'node:net';
import { Client } from 'undici';
import { limits } from '../../runtime/limits.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/** One request over HTTP/1.1; `judge` sees the response and reads of its body what it wants. */
export async function exchangeHttp1(
  socket: net.Socket,
  { origin, authority, method, path, headers }: HttpRequest,
  signal: AbortSignal,
  judge: (response: HttpResponse) => Promise<void>,
): Promise<void> {
  const client = new Client(origin, {
    // Not before the client has finished asking for it. TLS is done already, whatever the scheme says.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    maxHeaderSize: limits.probeHeaderBytes,
    // The signal is the only deadline: undici's own timers are too coarse for one below a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const request = { method, path, headers: { host: authority, ...headers }, signal, reset: true };
    const response = await client.request(request);
    response.body.on('error', () => {});
    const { location } = response.headers;
    await judge({ status: response.statusCode, location: [location].flat()[0], body: response.body });
  } finally {
    await client.destroy().catch(() => {});
  }
}
