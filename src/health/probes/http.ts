import net from 'node:net';
import { Client } from 'undici';
import type { HttpCheck } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { connectTcp, startTls } from './connection.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { ProbeFailure } from './reasons.ts';
import { contextOf } from './tls-context.ts';

/**
 * Sends one request over a new connection and looks at the status and, when the check wants a text, at the
 * body. Redirects are an answer like any other and are not followed. For checks of type http and https.
 */
export const probeHttp: Probe<HttpCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    let socket = await connectTcp(target, signal);
    try {
      if (check.type === 'https') {
        progress.doing = 'in the TLS handshake';
        const { verifyCertificate } = check;
        const settings = { verifyCertificate, context: contextOf(check), protocols: ['http/1.1'] };
        socket = await startTls(socket, target.host, settings, signal);
      }
      progress.doing = 'waiting for the response';
      await exchange(socket, target, check, signal, () => {
        progress.doing = 'reading the response body';
      });
    } finally {
      socket.destroy();
    }
  });

async function exchange(
  socket: net.Socket,
  target: ProbeTarget,
  check: HttpCheck,
  signal: AbortSignal,
  onBody: () => void,
): Promise<void> {
  const client = new Client(originOf(target, check), {
    // Not before the client has finished asking for it.
    connect: (_, callback) => queueMicrotask(() => callback(null, socket)),
    maxHeaderSize: limits.probeHeaderBytes,
    // The signal is the only deadline: undici's own timers are too coarse for one below a second.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    const { method, path } = check;
    const response = await client.request({
      method,
      path,
      headers: headersOf(target, check),
      signal,
      reset: true,
    });
    response.body.on('error', () => {});
    requireStatus(response.statusCode, check);
    if (check.body === undefined) return;
    onBody();
    await requireBody(response.body, check.body);
  } finally {
    await client.destroy().catch(() => {});
  }
}

function requireStatus(status: number, check: HttpCheck): void {
  if (check.status.some(([from, to]) => status >= from && status <= to)) return;
  const wanted = check.status.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  const note = status >= 300 && status < 400 ? ' (redirects are not followed)' : '';
  throw new ProbeFailure({ code: 'status', reason: `status ${status}${note}, wanted ${wanted}` });
}

/** Reads until the text is found, at most `limits.probeBodyBytes`. */
async function requireBody(body: AsyncIterable<Buffer>, text: string): Promise<void> {
  const wanted = Buffer.from(text);
  const held = Buffer.alloc(limits.probeBodyBytes);
  let length = 0;
  for await (const chunk of body) {
    const added = chunk.copy(held, length);
    const from = Math.max(0, length - wanted.length + 1);
    length += added;
    if (held.subarray(from, length).includes(wanted)) return;
    if (length === held.length) break;
  }
  const where = length === held.length ? `the first ${length} bytes` : `its ${length} bytes`;
  throw new ProbeFailure({ code: 'body', reason: `the body does not hold the wanted text in ${where}` });
}

function originOf({ address, port }: ProbeTarget, { type }: HttpCheck): string {
  // The scheme of the socket that is handed over does not matter to the client: TLS is done already.
  return `${type}://${bracketed(address)}:${port}`;
}

/** The check's own headers win, by lower-cased names. */
function headersOf(target: ProbeTarget, check: HttpCheck): Record<string, string> {
  const own = Object.entries(check.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    host: check.host ?? hostWithPort(target, check),
    'user-agent': 'Meridian health check',
    accept: '*/*',
    ...Object.fromEntries(own),
  };
}

function hostWithPort({ host, port }: ProbeTarget, { type }: HttpCheck): string {
  const usual = type === 'https' ? 443 : 80;
  return port === usual ? bracketed(host) : `${bracketed(host)}:${port}`;
}

function bracketed(host: string): string {
  return net.isIPv6(host) ? `[${host}]` : host;
}
