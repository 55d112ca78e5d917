import type net from 'node:net';
import { callHttp2 } from '../http2/call.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/** One request over HTTP/2 (RFC 9113); `judge` sees the response and reads of its body what it wants. */
export async function exchangeHttp2(
  socket: net.Socket,
  { scheme, authority, method, path, headers }: HttpRequest,
  judge: (response: HttpResponse) => Promise<void>,
): Promise<void> {
  const pseudo = { ':method': method, ':scheme': scheme, ':authority': authority, ':path': path };
  const response = await callHttp2(socket, {
    headers: [
      ...Object.entries(pseudo),
      ...Object.entries(headers).filter(([name]) => !ofConnection.has(name)),
    ],
    body: undefined,
  });
  await judge({
    status: response.status,
    location: response.headers.get('location'),
    body: response.body,
  });
}

/** Headers of a connection, which have no place here (RFC 9113 §8.2.2); the config refuses the others of them. */
const ofConnection = new Set(['keep-alive', 'proxy-connection', 'te', 'upgrade']);
