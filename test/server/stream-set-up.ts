import type { ConnectionOptions } from 'node:tls';
import { afterEach } from 'vitest';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import type { respond } from '../../src/query/respond.ts';
import { type Clock, systemClock } from '../../src/runtime/clock.ts';
import { limits } from '../../src/runtime/limits.ts';
import { ControlBlock } from '../../src/server/control-block.ts';
import { ProxyNetworks } from '../../src/server/proxy-networks.ts';
import { StreamServer, type StreamServerParts } from '../../src/server/stream-server.ts';
import type { StreamBounds } from '../../src/server/worker-messages.ts';
import { identity, overTls, TcpClient } from './clients.ts';

const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.stop()));
});

/** Copies the message; 0xdd in place of an opcode stays silent, 0xee throws. */
export const echo: typeof respond = (packet, length, _source, _context, out) => {
  if (packet[2] === 0xee) throw new Error('a bug');
  if (packet[2] === 0xdd) return 0;
  out.set(packet.subarray(0, length));
  return length;
};

export type Options = Partial<Omit<StreamServerParts, 'bounds' | 'proxies'>> & {
  readonly bounds?: Partial<StreamBounds>;
  readonly proxies?: readonly string[];
};

export async function startOver(options: Options, transport = 'tcp', host = '127.0.0.1') {
  const { bounds, proxies = [], ...parts } = options;
  const line = ControlBlock.forWorkers(1).line(0);
  const time = { nowMs: 0 };
  const server = new StreamServer({
    context: new QueryContext(new SharedArrayBuffer(counterBytes), 1),
    inbox: { refresh: () => {} },
    line,
    respond: echo,
    // Time stands still unless the test moves it; the one timer is the deadline of stop().
    clock: {
      now: () => time.nowMs,
      monotonicMs: () => time.nowMs,
      setTimer: (callback, delayMs) => {
        const handle = setTimeout(callback, delayMs);
        return { cancel: () => clearTimeout(handle) };
      },
    },
    bounds: { connections: 1_000, perClient: 1_000, idleMs: 10_000, ...bounds },
    pendingBytes: limits.tcpPendingBytesInAll,
    handshakes: limits.tlsHandshakesAtOnce,
    proxies: new ProxyNetworks(proxies.map((text) => parsePrefix(text)!)),
    ...parts,
  });
  const tls = transport === 'tls';
  const address = { host, port: 0 };
  const port = await (tls ? server.listenTls(address, identity('valid')) : server.listenTcp(address));
  const kept = (client: TcpClient): TcpClient => {
    opened.push({ stop: async () => void client.raw.destroy() });
    return client;
  };
  opened.push({ stop: () => server.stop(50) });
  return {
    server,
    time,
    line,
    tally: line.tally,
    /** A client of the transport; `first` goes before all else. */
    open: (handshake: ConnectionOptions = overTls, first?: Uint8Array): TcpClient =>
      kept(new TcpClient(port, host, tls ? handshake : undefined, first)),
    /** A connection on which nothing is spoken yet. */
    dial: (): TcpClient => kept(new TcpClient(port, host)),
  };
}

/** Whenever it is looked at, a whole round's time has gone. */
export function hasty(): Clock {
  let nowMs = 0;
  return {
    now: () => nowMs,
    monotonicMs: () => {
      nowMs += limits.tcpRoundMs;
      return nowMs;
    },
    setTimer: systemClock.setTimer,
  };
}

/** Waits for something that the server does by itself. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not reached: ${condition}`);
    await new Promise(setImmediate);
  }
}
