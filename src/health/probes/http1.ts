import http from 'node:http';
import type net from 'node:net';
import { limits } from '../../runtime/limits.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/**
 * One request over HTTP/1.1; `judge` sees the response and reads of its body what it wants. Who opened the socket
 * ends it, at its deadline too.
 */
export async function exchangeHttp1(
  socket: net.Socket,
  request: HttpRequest,
  judge: (response: HttpResponse) => Promise<void>,
): Promise<void> {
  const body = await responseTo(request, socket);
  // Node gives every response that it made itself a status.
  await judge({ status: body.statusCode!, location: body.headers.location, body });
}

/** The final response; informational ones are passed over. */
export function responseTo(
  { authority, method, path, headers }: Omit<HttpRequest, 'scheme'>,
  socket: net.Socket,
): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    // Without an agent it asks for the connection to be closed. TLS is done already, whatever the scheme says.
    const request = http.request({
      createConnection: () => socket,
      method,
      path,
      headers: { host: authority, ...headers },
      maxHeaderSize: limits.probeHeaderBytes,
    });
    let response: http.IncomingMessage | undefined;
    request.once('response', (begun: http.IncomingMessage) => {
      response = begun;
      response.on('error', () => {});
      resolve(response);
    });
    // To change the protocol is an answer too; nothing of it is read.
    request.once('upgrade', (begun: http.IncomingMessage) => {
      begun.push(null);
      resolve(begun);
    });
    request.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    request.on('error', (error) => {
      // What is wrong with a body is told to the request alone.
      response?.destroy(error);
      reject(error);
    });
    request.end();
  });
}
