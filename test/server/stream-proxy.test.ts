import { describe, expect, it } from 'vitest';
import type { respond } from '../../src/query/respond.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Tally } from '../../src/server/control-block.ts';
import { framed, overTls, query } from './clients.ts';
import { local, proxied4, proxied6, proxyHeader } from './proxy-cases.ts';
import { type Options, startOver, until } from './stream-set-up.ts';

const loopback = ['127.0.0.0/8', '::1/128'];

describe.each(['tcp', 'tls'] as const)('PROXY over %s', (transport) => {
  const start = (options: Options = { proxies: loopback }) => startOver(options, transport);

  async function clientOf(first: Uint8Array, proxies = loopback) {
    const seen: unknown[] = [];
    const noting: typeof respond = (_packet, length, { family, w0, w1, w2, w3 }) => {
      seen.push({ family, words: [w0, w1, w2, w3] });
      return length;
    };
    const { open } = await start({ proxies, respond: noting });
    const client = open(overTls, first);
    client.socket.write(framed(query(1)));
    await client.until(() => client.messages.length === 1);
    return seen;
  }

  it.each([
    ['IPv4', proxied4, { family: 4, words: [0xcb007107, 0, 0, 0] }],
    ['IPv6', proxied6, { family: 6, words: [0x20010db8, 0, 0, 9] }],
    ['LOCAL: the peer', local, { family: 4, words: [0x7f000001, 0, 0, 0] }],
  ])('takes the client from the header: %s', async (_, header, client) => {
    expect(await clientOf(header)).toEqual([client]);
  });

  it('looks for no header from elsewhere', async () => {
    expect(await clientOf(Buffer.alloc(0), ['10.0.0.0/8'])).toEqual([
      { family: 4, words: [0x7f000001, 0, 0, 0] },
    ]);
    const { open, tally } = await start({ proxies: ['10.0.0.0/8'] });
    const liar = open(overTls, proxied4);
    // Over TCP the header reads as an endless message, over TLS as no handshake.
    if (transport === 'tls') await liar.until(() => liar.closed);
    expect(tally[Tally.RECEIVED]).toBe(0);
  });

  it('reads a header that comes byte by byte, with what follows in the same segment as its end', async () => {
    const { dial, tally } = await start();
    const client = dial();
    for (const byte of proxied4.subarray(0, -1)) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    client.socket.write(Buffer.concat([proxied4.subarray(-1), framed(query(1)), framed(query(2))]));
    if (transport === 'tcp') {
      await client.until(() => client.messages.length === 2);
      expect(client.ids).toEqual([1, 2]);
    } else {
      // The header was taken: what followed was read as a handshake.
      await until(() => tally[Tally.HANDSHAKE_CLOSED] === 1);
      expect(tally[Tally.PROXY_CLOSED]).toBe(0);
    }
  });

  it.each([
    ['sends none', framed(query(1))],
    ['sends version 1', Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n')],
    ['sends one over the bound', proxyHeader(0x20, 0, new Uint8Array(limits.proxyHeaderBytes))],
  ])('closes a balancer that %s, and counts it', async (_, bytes) => {
    const { dial, tally } = await start();
    const client = dial();
    client.socket.write(bytes);
    await client.until(() => client.ended || client.closed);
    await until(() => tally[Tally.PROXY_CLOSED] === 1);
    expect(tally[Tally.RECEIVED]).toBe(0);
  });

  it('closes one that ends before its header does', async () => {
    const { dial, tally } = await start();
    const client = dial();
    client.socket.end(proxied4.subarray(0, 20));
    await until(() => tally[Tally.PROXY_CLOSED] === 1);
  });

  it('closes one that has no header in time', async () => {
    const { dial, server, time, tally } = await start();
    const client = dial();
    client.socket.write(proxied4.subarray(0, 20));
    await until(() => tally[Tally.ACCEPTED] === 1);
    time.nowMs = limits.tcpArrivalMs;
    server.sweep();
    await until(() => tally[Tally.PROXY_CLOSED] === 1);
  });

  it('bounds the clients, not the balancer', async () => {
    const { open, tally } = await start({ proxies: loopback, bounds: { connections: 100, perClient: 2 } });
    const others = Array.from({ length: 10 }, (_, i) => {
      const header = Buffer.from(proxied4);
      header[19] = i;
      return open(overTls, header);
    });
    for (const client of others) client.socket.write(framed(query(1)));
    await Promise.all(others.map((client) => client.until(() => client.messages.length === 1)));
    expect(tally[Tally.EVICTED]).toBe(0);
    const same = [open(overTls, proxied4), open(overTls, proxied4)];
    for (const client of same) {
      client.socket.write(framed(query(1)));
      await client.until(() => client.messages.length === 1);
    }
    // The tenth of the others is .9; .7 was the eighth: it had one already, so the first of three goes.
    await until(() => tally[Tally.EVICTED] === 1);
    await others[7]!.until(() => others[7]!.ended || others[7]!.closed);
  });
});
