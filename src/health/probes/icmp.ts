import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import type { IcmpCheck } from '../../config/check-model.ts';
import { parseAddress } from '../../ip/address.ts';
import { openPingSocket } from '../../runtime/ping-socket.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe } from './probe.ts';
import { connectFailure, ProbeFailure } from './reasons.ts';

/** Opens a socket whose datagrams are ICMP messages; `string` says why this machine gives none. */
export type OpenPing = (address: string, source?: string) => Promise<dgram.Socket | string>;

/** RFC 792, RFC 4443 §4 */
const types = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;
const headerBytes = 8;
const tokenBytes = 24;

/** Sends one echo request and waits for its reply. Works without rights of root where the system allows it. */
export function probeIcmp(open: OpenPing = openPing): Probe<IcmpCheck> {
  return ({ address, source }, _, signal) =>
    outcomeOf(signal, async (progress) => {
      signal.throwIfAborted();
      const { request, reply } = types[net.isIPv6(address) ? 6 : 4];
      const socket = await open(address, source);
      if (typeof socket === 'string') {
        throw new ProbeFailure({ code: 'error', reason: `no probe was possible: ${socket}`, ownFault: true });
      }
      progress.doing = 'waiting for the echo';
      // Checksum and identifier are the kernel's business; the token makes the reply ours.
      const message = Buffer.concat([Buffer.from([request, 0, 0, 0, 0, 0, 0, 1]), randomBytes(tokenBytes)]);
      try {
        await new Promise<void>((resolve, reject) => {
          const stop = () => reject(signal.reason);
          if (signal.aborted) stop();
          signal.addEventListener('abort', stop, { once: true });
          const refuse = (error: unknown) => reject(new ProbeFailure(connectFailure(error)));
          socket.on('error', refuse);
          socket.on('message', (bytes) => {
            const token = bytes.subarray(headerBytes);
            if (bytes[0] === reply && token.equals(message.subarray(headerBytes))) resolve();
          });
          socket.send(message, (error) => error !== null && refuse(error));
        });
      } finally {
        socket.close();
      }
    });
}

/**
 * The kernel's ping socket behind Node's own datagrams: it fits, because what they need is a datagram socket of the
 * internet families, and so no thread waits for it. Connected, so that "host unreachable" reaches us.
 */
async function openPing(address: string, source?: string): Promise<dgram.Socket | string> {
  const v6 = net.isIPv6(address);
  const fd = openPingSocket(v6 ? 6 : 4, source === undefined ? undefined : parseAddress(source));
  if (typeof fd === 'string') return fd;
  const socket = dgram.createSocket(v6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      // By events: a callback of `connect` is called for a failure too.
      socket.once('connect', resolve);
      socket.bind({ fd }, () => socket.connect(unusedPort, address));
    });
    return socket;
  } catch (error) {
    socket.close();
    throw new ProbeFailure(connectFailure(error));
  }
}

/** Node wants one; ICMP has none. */
const unusedPort = 1;
