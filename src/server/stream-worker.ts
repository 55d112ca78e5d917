import { parentPort, workerData } from 'node:worker_threads';
import { respond } from '../query/respond.ts';
import { systemClock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import { openTcpSocket } from './bound-socket.ts';
import { loadLibc } from './libc.ts';
import { StreamServer } from './stream-server.ts';
import type { WorkerStart } from './worker-messages.ts';
import { openAll, openShell, untilStopped } from './worker-shell.ts';

/** Thread entry: TCP on every listen address, TLS where it is asked for, until it is told to stop. */
const port = parentPort!;
const start = workerData as WorkerStart;
const libc = start.portable ? undefined : loadLibc();
const shell = openShell(port, start);
const { bounds, identities } = start.stream!;
const server = new StreamServer({
  ...shell,
  respond,
  clock: systemClock,
  bounds,
  pendingBytes: limits.tcpPendingBytesInAll,
  handshakes: limits.tlsHandshakesAtOnce,
});
shell.inbox.onIdentities = (changed) => server.show(changed);
const open = await openAll(port, start.sockets, async ({ address, identity }) => {
  // node:net cannot share a port on every Node that we run on; a descriptor of ours can.
  const fd = typeof libc === 'object' ? openTcpSocket(libc, address).fd : undefined;
  if (identity === undefined)
    return { address: { host: address.host, port: await server.listenTcp(address, fd) } };
  const bound = await server.listenTls(address, identities[identity]!, fd);
  return { address: { host: address.host, port: bound }, identity };
});
if (open) await untilStopped(shell, () => server.sweep());
await server.stop(limits.stopGraceMs);
