import { createHmac } from 'node:crypto';
import { type ClientRequest, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { limits } from '../../runtime/limits.ts';

export interface Post {
  readonly url: string;
  readonly secret: string;
  /** JSON. */
  readonly body: string;
}

/** `refused`: another try would be answered the same. Reasons are for people and show no address. */
export type PostResult =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'refused' | 'failed'; readonly reason: string };

/**
 * One try. Certificates are verified, redirects not followed, the body of the answer is not read. Ends at once when the
 * signal is aborted. Never rejects.
 */
export function post(
  { url, secret, body }: Post,
  atSeconds: number,
  signal: AbortSignal,
): Promise<PostResult> {
  return new Promise((resolve) => {
    let request: ClientRequest;
    const fail = (error: Error): void => resolve({ kind: 'failed', reason: reasonOf(error, signal) });
    try {
      request = (url.startsWith('https:') ? requestHttps : requestHttp)(url, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'User-Agent': 'meridian',
          'Meridian-Signature': signatureOf(secret, atSeconds, body),
        },
        // A connection for each: a kept one may be closed by the other side just when it is used.
        agent: false,
        rejectUnauthorized: true,
        maxHeaderSize: limits.webhookHeaderBytes,
        signal,
      });
    } catch (error) {
      fail(error as Error);
      return;
    }
    // Stays on: what comes after the end must not end the process.
    request.on('error', fail);
    // An answer that changes the protocol ends neither in an error nor in a response.
    request.on('close', () => fail(new Error('closed without an answer')));
    request.on('response', (response) => {
      response.on('error', () => {});
      resolve(judge(response.statusCode ?? 0));
      request.destroy();
    });
    request.end(body);
  });
}

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 over `SECONDS.BODY`, so that an old post cannot be sent again unnoticed. */
function signatureOf(secret: string, atSeconds: number, body: string): string {
  const mac = createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex');
  return `t=${atSeconds},v1=${mac}`;
}

function judge(status: number): PostResult {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  const reason = `status ${status}`;
  if (status >= 300 && status < 400)
    return { kind: 'refused', reason: `${reason}: redirects are not followed` };
  // 408 and 429 ask for another try, later.
  const isFinal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return { kind: isFinal ? 'refused' : 'failed', reason };
}

function reasonOf(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return signal.reason instanceof Error ? signal.reason.message : 'ended';
  // Of several addresses that were tried, the message of the whole is empty.
  const code = (error as NodeJS.ErrnoException).code;
  return (error.message || code || 'no reason given').slice(0, limits.probeReasonLength);
}
