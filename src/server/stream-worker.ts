import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { systemClock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { openTcpSocket } from './bound-socket.ts';
import { loadLibc } from './libc.ts';
import { StreamServer } from './stream-server.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openAll, openShell, untilStopped } from './worker-shell.ts';

/** Thread entry: TCP on every listen address, until it is told to stop. */
const port = parentPort!;
const start = workerData as WorkerStart;
const libc = start.portable ? undefined : loadLibc();
const shell = openShell(port, start);
const server = new StreamServer({ ...shell, respond, clock: systemClock });
const open = await openAll(port, start.sockets, async ({ address }) => {
  // node:net cannot share a port on every Node that we run on; a descriptor of ours can.
  const fd = typeof libc === 'object' ? openTcpSocket(libc, address).fd : undefined;
  const bound = await server.listenTcp(address, fd);
  return { address: { host: address.host, port: bound } };
});
if (open) await untilStopped(shell, () => server.sweep());
await server.stop(limits.stopGraceMs);
