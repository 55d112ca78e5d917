import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { systemClock, wallSeconds } from '../runtime/clock.ts';
import { PortableUdp } from './udp-portable.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openAll, openShell, untilStopped } from './worker-shell.ts';

/** Thread entry: UDP on every listen address through node:dgram, until it is told to stop. */
const port = parentPort!;
const start = workerData as WorkerStart;
const shell = openShell(port, start);
const nowSeconds = (): number => wallSeconds(systemClock);
const nowMs = systemClock.monotonicMs;
const server = new PortableUdp({ ...shell, respond, nowSeconds, nowMs });
const open = await openAll(port, start.sockets, async ({ address }) => ({
  address: { host: address.host, port: await server.listen(address) },
}));
if (open) await untilStopped(shell, () => {});
await server.stop();
