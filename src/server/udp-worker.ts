import type { MessagePort } from 'node:worker_threads';
import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { loadLibc } from './libc.ts';
import { UdpLoop } from './udp-loop.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openShell, report } from './worker-shell.ts';

/** Thread entry: serves the sockets that the main thread opened until it is told to stop. */
function main(port: MessagePort, start: WorkerStart): void {
  const libc = loadLibc();
  if (typeof libc === 'string') throw new Error(libc);
  const shell = openShell(port, start);
  const sockets = start.sockets.map(({ address, fd }) => ({ host: address.host, fd: fd! }));
  const loop = new UdpLoop({ ...shell, libc, sockets, respond });
  report(port, { kind: 'ready', ports: start.sockets.map(({ address }) => address.port) });
  loop.run();
  // Closed here and not by the main thread: what arrives between the last receive and the close is lost.
  shell.line.tellClosesSockets(true);
  for (const { fd } of sockets) libc.close(fd);
}

main(parentPort!, workerData as WorkerStart);
