import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { systemClock, wallSeconds } from '../runtime/clock.ts';
import { openUdpSocket } from './bound-socket.ts';
import { loadLibc } from './libc.ts';
import { UdpLoop, type UdpSocket } from './udp-loop.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openAll, openShell } from './worker-shell.ts';

/** Thread entry: serves UDP on every listen address in batches, until it is told to stop. */
const port = parentPort!;
const start = workerData as WorkerStart;
const libc = loadLibc();
if (typeof libc === 'string') throw new Error(libc);
const shell = openShell(port, start);
const sockets: UdpSocket[] = [];
const open = await openAll(port, start.sockets, async ({ address, fd }) => {
  const socket = fd === undefined ? openUdpSocket(libc, address) : { fd, port: address.port };
  sockets.push({ host: address.host, fd: socket.fd });
  return { address: { host: address.host, port: socket.port }, fd: socket.fd };
});
const nowSeconds = (): number => wallSeconds(systemClock);
const nowMs = systemClock.monotonicMs;
if (open) new UdpLoop({ ...shell, libc, sockets, respond, nowSeconds, nowMs }).run();
shell.line.tellClosesSockets(true);
for (const { fd } of sockets) libc.close(fd);
