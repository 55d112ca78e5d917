import { spawn } from 'node:child_process';
import http from 'node:http';
import https from 'node:https';
import type { Fence } from '../config/policy-model.ts';

/** What a fence is told. `from` null: nobody is known to have been the owner. */
export interface FenceCall {
  readonly policy: string;
  readonly from: string | null;
  readonly to: string;
  readonly epoch: number;
}

/**
 * Asks once to shut out the old owner. Resolves with undefined when that is confirmed, else with why not, in one line.
 * Never rejects; takes at most the fence's timeout.
 */
export function callFence({ hook, timeoutMs }: Fence, call: FenceCall): Promise<string | undefined> {
  const text = JSON.stringify(call);
  return 'url' in hook ? post(hook.url, text, timeoutMs) : run(hook.command, text, timeoutMs);
}

function post(url: string, body: string, timeoutMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'user-agent': 'Meridian fence' };
    const options = { method: 'POST', headers, signal, agent: false } as const;
    const sent = url.startsWith('https:') ? https.request(url, options) : http.request(url, options);
    sent.on('error', (error) =>
      resolve(signal.aborted ? `no answer within ${timeoutMs} ms` : error.message || String(error)),
    );
    sent.on('response', (response) => {
      resolve(response.statusCode === 200 ? undefined : `status ${response.statusCode}, wanted 200`);
      // The status is all there is to know; the rest may be without end.
      response.on('error', () => {}).destroy();
    });
    sent.end(body);
  });
}

/** Without a shell and without our environment; the whole group of processes ends with the call. */
function run(command: readonly string[], input: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: '/',
      detached: true,
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      killGroup(child.pid);
      resolve(reason);
    };
    const timer = setTimeout(() => end(`no end within ${timeoutMs} ms`), timeoutMs);
    child.on('error', (error) => end(`${command[0]}: ${error.message}`));
    child.on('exit', (status, killed) => {
      end(status === 0 ? undefined : status === null ? `ended by ${killed}` : `exit status ${status}`);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left.
  }
}
