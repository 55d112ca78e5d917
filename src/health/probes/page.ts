import type net from 'node:net';
import type { ProbeTls } from '../../config/tls-model.ts';
import { limits } from '../../runtime/limits.ts';
import { boundReading, connectTcp } from './connection.ts';
import { responseTo } from './http1.ts';
import type { Progress } from './outcome.ts';
import type { ProbeTarget } from './probe.ts';
import { ProbeFailure } from './reasons.ts';
import { startTls } from './tls-session.ts';

/** A document on the web that a probe reads a value from. */
export interface Page {
  readonly url: URL;
  /** Where to connect in place of the host of the URL, and from where. */
  readonly at: Pick<ProbeTarget, 'address' | 'source'> | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: ProbeTls;
}

/**
 * The text of a page, at most `limits.probePageBytes`, over a connection of its own; throws `ProbeFailure`. Whatever
 * is no answer of status 200 is a failure, but one of `statuses` counts too. Redirects are not followed.
 */
export async function readPage(
  { url, at, headers, tls }: Page,
  statuses: readonly number[],
  signal: AbortSignal,
  progress: Progress,
): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'https:';
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  progress.doing = 'connecting';
  let socket: net.Socket = await connectTcp({ address: host, port, host, ...at }, signal);
  boundReading(socket, progress, 2 * limits.probePageBytes);
  try {
    if (secure) {
      // The certificate is that of whom we ask, which need not be the endpoint: it is not told as the endpoint's.
      const handshake: Progress = { doing: '' };
      progress.doing = 'in the TLS handshake';
      socket = await startTls(socket, { host, settings: tls, protocols: ['http/1.1'] }, signal, handshake);
    }
    progress.doing = 'waiting for the response';
    const path = `${url.pathname}${url.search}`;
    const sent = { 'user-agent': 'Meridian health check', ...headers };
    const response = await responseTo({ authority: url.host, method: 'GET', path, headers: sent }, socket);
    const statusCode = response.statusCode!;
    if (statusCode !== 200 && !statuses.includes(statusCode)) {
      const note = statusCode >= 300 && statusCode < 400 ? ' (redirects are not followed)' : '';
      throw new ProbeFailure({ code: 'status', reason: `status ${statusCode}${note}, wanted 200` });
    }
    progress.doing = 'reading the response body';
    return await readText(response);
  } finally {
    socket.destroy();
  }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > limits.probePageBytes) {
      const reason = `the page is larger than ${limits.probePageBytes} bytes`;
      throw new ProbeFailure({ code: 'body', reason });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
