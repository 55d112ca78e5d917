import { describe, expect, it } from 'vitest';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import type { respond } from '../../src/query/respond.ts';
import { limits } from '../../src/runtime/limits.ts';
import { ControlBlock, Tally } from '../../src/server/control-block.ts';
import { ProxyNetworks } from '../../src/server/proxy-networks.ts';
import { PortableUdp } from '../../src/server/udp-portable.ts';

import { proxied4 } from './proxy-cases.ts';

/** Datagrams that no real socket can be made to send here. */
describe('PortableUdp', () => {
  const echo: typeof respond = (packet, length, _source, _context, out) => {
    if (packet[0] === 0xee) throw new Error('a bug');
    out.set(packet.subarray(0, length));
    return packet[0] === 0xdd ? 0 : length;
  };

  it.each([
    { name: 'an ordinary query', packet: [1], port: 5_000, tally: { RECEIVED: 1, ANSWERED: 1 } },
    { name: 'source port 0', packet: [1], port: 0, tally: { RECEIVED: 1, UNANSWERABLE: 1 } },
    { name: 'an exception', packet: [0xee], port: 5_000, tally: { RECEIVED: 1, FAULTS: 1 } },
    { name: 'silence', packet: [0xdd], port: 5_000, tally: { RECEIVED: 1 } },
    {
      name: 'a query that is too large',
      packet: new Uint8Array(limits.udpSlotBytes + 1),
      port: 5_000,
      tally: { RECEIVED: 1, TRUNCATED: 1 },
    },
    {
      name: 'an error of the kernel',
      packet: [7],
      port: 6_666,
      tally: { RECEIVED: 1, SEND_ERRORS: 1 },
    },
    {
      name: 'a query behind a PROXY header',
      packet: Buffer.concat([proxied4, Buffer.of(1)]),
      port: 5_000,
      tally: { RECEIVED: 1, ANSWERED: 1 },
      balancers: ['192.0.2.0/24'],
    },
    {
      name: 'a balancer without a PROXY header',
      packet: [1],
      port: 5_000,
      tally: { RECEIVED: 1, PROXY_MISSING: 1 },
      balancers: ['192.0.2.0/24'],
    },
  ])('counts $name', ({ packet, port, tally, balancers = [] }) => {
    const line = ControlBlock.forWorkers(1).line(0);
    const context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
    const proxies = new ProxyNetworks(balancers.map((text) => parsePrefix(text)!));
    const server = new PortableUdp({
      context,
      inbox: { refresh: () => {} },
      line,
      respond: echo,
      nowSeconds: () => 0,
      nowMs: () => 0,
      proxies,
    });
    const send = (_packet: unknown, to: number, _host: string, done: (error: Error | null) => void): void =>
      done(to === 6_666 ? new Error('EPERM') : null);
    server.take({ send } as never, Uint8Array.from(packet), { address: '192.0.2.1', port });
    const counted = Object.entries(Tally).filter(([, slot]) => line.tally[slot] !== 0);
    expect(Object.fromEntries(counted.map(([name, slot]) => [name, line.tally[slot]]))).toEqual(tally);
  });
});
