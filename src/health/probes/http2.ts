import http2 from 'node:http2';
import type net from 'node:net';
import { limits } from '../../runtime/limits.ts';
import type { HttpRequest } from './request.ts';
import type { HttpResponse } from './response.ts';

/** One request over HTTP/2 (RFC 9113); `judge` sees the response and reads of its body what it wants. */
export async function exchangeHttp2(
  socket: net.Socket,
  { origin, authority, method, path, headers }: HttpRequest,
  judge: (response: HttpResponse) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const session = http2.connect(origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: limits.probeHeaderBytes },
    maxHeaderListPairs: 128,
    // Megabytes, of which there is no smaller number; flow control holds a body at 64 KiB.
    maxSessionMemory: 1,
  });
  session.on('error', () => {});
  try {
    const stream = session.request(
      { ':method': method, ':path': path, ':authority': authority, ...headers },
      { endStream: true },
    );
    stream.on('error', () => {});
    const answer = await responseOf(session, stream, signal);
    const location = answer.location;
    await judge({ status: Number(answer[':status']), location, body: stream });
  } finally {
    session.destroy();
  }
}

/** The final response's headers; informational ones are passed over. */
function responseOf(
  session: http2.ClientHttp2Session,
  stream: http2.ClientHttp2Stream,
  signal: AbortSignal,
): Promise<http2.IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    stream.once('error', reject);
    session.once('error', reject);
    const closed = () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    stream.once('close', closed);
    session.once('close', closed);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
