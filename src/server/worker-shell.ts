import type { MessagePort } from 'node:worker_threads';
import { QueryContext } from '../query/context.ts';
import { LogWriter } from '../query/log-writer.ts';
import { limits } from '../runtime/limits.ts';
import type { WorkerLine } from './control-block.ts';
import { ControlBlock } from './control-block.ts';
import { errorText } from './libc.ts';
import { ProxyNetworks } from './proxy-networks.ts';
import { SnapshotInbox } from './snapshot-inbox.ts';
import type { WorkerReport, WorkerSocket, WorkerStart } from './worker-messages.ts';

/** What every worker has before it has sockets. */
export interface WorkerShell {
  readonly control: ControlBlock;
  readonly line: WorkerLine;
  readonly context: QueryContext;
  readonly inbox: SnapshotInbox;
  readonly proxies: ProxyNetworks;
}

export function openShell(port: MessagePort, start: WorkerStart): WorkerShell {
  const control = new ControlBlock(start.control);
  const line = control.line(start.worker);
  const context = new QueryContext(start.counters, start.seed);
  context.limiterSecret = start.limiterSecret;
  if (start.log !== undefined) context.log = new LogWriter(start.log, start.seed, Date.now);
  const inbox = new SnapshotInbox(port, control, line, context, start.snapshot);
  return { control, line, context, inbox, proxies: new ProxyNetworks(start.proxies) };
}

/** Opens each socket in turn and reports the outcome. False when one could not be opened: the worker then ends. */
export async function openAll(
  port: MessagePort,
  sockets: readonly WorkerSocket[],
  open: (socket: WorkerSocket) => Promise<WorkerSocket>,
): Promise<boolean> {
  const opened: WorkerSocket[] = [];
  for (const socket of sockets) {
    try {
      opened.push(await open(socket));
    } catch (error) {
      report(port, { kind: 'failed', address: socket.address, reason: bindReason(error) });
      return false;
    }
  }
  report(port, { kind: 'ready', sockets: opened });
  return true;
}

/**
 * Keeps a worker with an event loop in step with its control words, as the UDP loop does by itself: heartbeat, new
 * snapshots, `tick`. Resolves when the worker is asked to stop.
 */
export function untilStopped(shell: WorkerShell, tick: () => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      shell.line.beat();
      shell.inbox.refresh();
      tick();
      if (!shell.control.stopping()) return;
      clearInterval(timer);
      resolve();
    }, limits.udpWaitMs);
  });
}

/** Node's errors carry a negative errno and a message full of names; others are in plain words already. */
function bindReason(error: unknown): string {
  const { errno, message } = error as NodeJS.ErrnoException;
  return errno === undefined ? message : errorText(-errno);
}

function report(port: MessagePort, message: WorkerReport): void {
  port.postMessage(message);
}
