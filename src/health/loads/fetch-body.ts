import type net from 'node:net';
import tls from 'node:tls';
import { Client } from 'undici';
import { limits } from '../../runtime/limits.ts';
import { connectTcp, startTls } from '../probes/connection.ts';
import { ProbeFailure } from '../probes/reasons.ts';

/**
 * What `url` answers with status 200, over a connection of its own: at most `limits.loadBodyBytes`. Redirects are not
 * followed, certificates are verified. Throws `ProbeFailure`, or what the client threw; `signal` is the only deadline.
 */
export async function fetchBody(url: URL, signal: AbortSignal): Promise<string> {
  const socket = await connect(url, signal);
  const client = new Client(url.origin, {
    // Not before the client has finished asking for it.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    maxHeaderSize: limits.probeHeaderBytes,
    // undici's own timers are too coarse for a deadline below a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const response = await client.request({
      method: 'GET',
      path: `${url.pathname}${url.search}`,
      headers: {
        'user-agent': 'Meridian load reading',
        accept: '*/*',
        'accept-encoding': 'identity',
        ...logIn(url),
      },
      signal,
      reset: true,
    });
    response.body.on('error', () => {});
    requireOk(response.statusCode);
    return await readAll(response.body);
  } finally {
    await client.destroy().catch(() => {});
    socket.destroy();
  }
}

let context: tls.SecureContext | undefined;

async function connect(url: URL, signal: AbortSignal): Promise<net.Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const socket = await connectTcp({ address: host, port, host }, signal);
  if (!secure) return socket;
  context ??= tls.createSecureContext();
  try {
    return await startTls(socket, host, { verifyCertificate: true, context }, signal);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** A name and password that stand in the address. */
function logIn({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function requireOk(status: number): void {
  if (status === 200) return;
  const note = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
  throw new ProbeFailure({ code: 'status', reason: `status ${status}${note}, wanted 200` });
}

async function readAll(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limits.loadBodyBytes) {
      throw new ProbeFailure({
        code: 'body',
        reason: `the answer is larger than ${limits.loadBodyBytes} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
