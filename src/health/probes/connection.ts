import net from 'node:net';
import { limits } from '../../runtime/limits.ts';
import type { Progress } from './outcome.ts';
import type { ProbeTarget } from './probe.ts';
import { connectFailure, ProbeFailure } from './reasons.ts';

/** Opens a new TCP connection; throws `ProbeFailure`. Aborting the signal destroys the socket at any time. */
export async function connectTcp(target: ProbeTarget, signal: AbortSignal): Promise<net.Socket> {
  signal.throwIfAborted();
  const socket = new net.Socket({ signal });
  // A socket without a listener for errors that come after the probe has ended would end the process.
  socket.on('error', () => {});
  socket.setNoDelay(true);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      const { address: host, port, source: localAddress } = target;
      socket.connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) }, resolve);
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? error : new ProbeFailure(connectFailure(error, target.source));
  }
}

/**
 * Ends a connection over which more comes than any answer has: parsers bound what they keep, but an endless run of
 * small things would occupy them until the deadline.
 */
export function boundReading(
  socket: net.Socket,
  progress: Progress,
  mostBytes: number = limits.probeReadBytes,
): void {
  const watch = setInterval(() => {
    if (socket.bytesRead <= mostBytes) return;
    const reason = `the answer does not end: more than ${mostBytes} bytes came`;
    progress.fault = new ProbeFailure({ code: 'error', reason });
    socket.destroy();
  }, limits.probeReadWatchMs);
  socket.once('close', () => clearInterval(watch));
}
