import http from 'node:http';
import https from 'node:https';
import type { Fence } from '../config/policy-model.ts';
import { runCommand } from '../health/probes/command.ts';
import { withDeadline } from '../runtime/deadline.ts';

/** What a fence is told. `from` null: nobody is known to have been the owner. */
export interface FenceCall {
  readonly policy: string;
  readonly from: string | null;
  readonly to: string;
  readonly epoch: number;
}

/**
 * Asks once to shut out the old owner. Resolves with undefined when that is confirmed, else with why not, in one line.
 * Never rejects; takes at most the fence's timeout, and ends when `stop` is aborted.
 */
export async function callFence(
  { hook, timeoutMs }: Fence,
  call: FenceCall,
  stop: AbortSignal,
): Promise<string | undefined> {
  const text = JSON.stringify(call);
  const ask = (signal: AbortSignal): Promise<string | undefined> => {
    signal.throwIfAborted();
    return 'url' in hook ? post(hook.url, text, signal) : run(hook.command, text, signal);
  };
  try {
    return await withDeadline(timeoutMs, stop, (signal) =>
      ask(signal).catch((error: Error) => whyOf(signal.aborted ? (signal.reason as Error) : error)),
    );
  } catch (error) {
    return whyOf(error as Error);
  }
}

/** Of several addresses that were tried, the message of the whole is empty. */
function whyOf(error: Error): string {
  return error.message || String((error as NodeJS.ErrnoException).code ?? error);
}

function post(url: string, body: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'Meridian fence' };
    const options = { method: 'POST', headers, signal, agent: false } as const;
    const sent = url.startsWith('https:') ? https.request(url, options) : http.request(url, options);
    sent.on('error', reject);
    // An answer that changes the protocol ends neither in an error nor in a response.
    sent.on('close', () => reject(new Error('closed without an answer')));
    sent.on('response', (response) => {
      resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}, wanted 200`);
      // The status is all there is to know; the rest may be without end.
      response.on('error', () => {}).destroy();
    });
    sent.end(body);
  });
}

async function run(
  command: readonly string[],
  input: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = await runCommand({ command, environment: {}, input }, signal);
  if (end.kind !== 'ended') return end.reason;
  const { status, killed, firstLine } = end;
  if (status === 0) return undefined;
  const how = status === null ? `ended by ${killed}` : `exit status ${status}`;
  return firstLine === '' ? how : `${firstLine} (${how})`;
}
