import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { systemClock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { StreamServer } from './stream-server.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openAll, openShell, untilStopped } from './worker-shell.ts';

/** Thread entry: TCP on every listen address, until it is told to stop. */
const port = parentPort!;
const start = workerData as WorkerStart;
const shell = openShell(port, start);
const server = new StreamServer({ ...shell, respond, clock: systemClock });
// A listener takes the descriptor over and closes it, at the latest with the thread.
shell.line.tellClosesSockets(true);
if (await openAll(port, start.sockets, (socket) => server.listenTcp(socket))) {
  await untilStopped(shell, () => server.sweep());
}
await server.stop(limits.stopGraceMs);
