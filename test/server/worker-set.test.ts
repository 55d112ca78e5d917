import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Tally } from '../../src/server/control-block.ts';
import { startWorkers, type WorkerSet, type WorkerSetOptions } from '../../src/server/worker-set.ts';
import { emptySnapshot, framed, identity, overTls, query, TcpClient, UdpClient } from './clients.ts';
import { proxied4, proxied6 } from './proxy-cases.ts';

const sets: WorkerSet[] = [];
const clients: { close(): void }[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(sets.splice(0).map((set) => set.stop()));
});

async function start(options: Partial<WorkerSetOptions> & { hosts?: string[] }): Promise<WorkerSet> {
  const udpWorkers = options.udpWorkers ?? 1;
  const set = await startWorkers({
    addresses: (options.hosts ?? ['127.0.0.1']).map((host) => ({ host, port: 0 })),
    udpWorkers,
    snapshot: emptySnapshot(1),
    counters: Array.from({ length: udpWorkers + 1 }, () => new SharedArrayBuffer(counterBytes)),
    tls: [],
    bounds: { connections: 1_000, perClient: 1_000, idleMs: 10_000 },
    proxies: [],
    proxyUdp: true,
    onEvent: () => {},
    ...options,
  });
  sets.push(set);
  return set;
}

function udpClient(family: 4 | 6 = 4): UdpClient {
  const client = new UdpClient(family);
  clients.push(client);
  return client;
}

/** Sends `count` queries with ids from `firstId` on as fast as the socket takes them. */
async function burst(client: UdpClient, port: number, count: number, firstId = 0): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, i) => client.send(query(firstId + i), port, '127.0.0.1')),
  );
}

function total(set: WorkerSet, slot: number): number {
  return set.status().reduce((sum, { tally }) => sum + tally[slot]!, 0);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not reached: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const linux = process.platform === 'linux';
const paths = linux ? [{ portable: false }, { portable: true }] : [{ portable: true }];

describe.each(paths)('worker set, portable: $portable', ({ portable }) => {
  it('tells which path it took', async () => {
    expect((await start({ portable })).path).toBe(portable ? 'portable' : 'mmsg');
  });

  it.each([
    { host: '127.0.0.1', family: 4 as const },
    { host: '::1', family: 6 as const },
  ])('answers each query on $host once, from the address that was asked', async ({ host, family }) => {
    const set = await start({ portable, hosts: [host] });
    const client = udpClient(family);
    for (let id = 0; id < 20; id++) await client.send(query(id), set.ports[0]!, host);
    await client.answered(20);
    expect([...client.answers.values()]).toEqual(Array(20).fill(1));
    expect([...client.senders]).toEqual([host]);
  });

  it('serves UDP and TCP on several addresses', async () => {
    const set = await start({ portable, hosts: ['127.0.0.1', '::1'] });
    const [v4, v6] = [udpClient(4), udpClient(6)];
    await v4.send(query(1), set.ports[0]!, '127.0.0.1');
    await v6.send(query(2), set.ports[1]!, '::1');
    await Promise.all([v4.answered(1), v6.answered(1)]);
    const tcp = new TcpClient(set.ports[1]!, '::1');
    tcp.socket.end(framed(query(3)));
    await tcp.until(() => tcp.ended);
    expect(tcp.ids).toEqual([3]);
  });

  it.each([
    { wildcard: '0.0.0.0', family: 4 as const },
    { wildcard: '::', family: 6 as const },
  ])('answers from the address that was asked on $wildcard', async ({ wildcard, family }) => {
    const set = await start({ portable, hosts: [wildcard] });
    const asked =
      family === 4 && !portable ? ['127.0.0.2', '127.0.0.1', '127.9.8.7'] : localAddresses(family);
    expect(asked.length).toBeGreaterThan(0);
    for (const host of asked) {
      const client = udpClient(family);
      await client.send(query(7), set.ports[0]!, host);
      await client.answered(1);
      expect([...client.senders]).toEqual([host]);
    }
  });

  it('asks balancers for a PROXY header over UDP, TCP and TLS', async () => {
    const set = await start({
      portable,
      proxies: [parsePrefix('127.0.0.0/8')!],
      tls: [{ address: { host: '127.0.0.1', port: 0 }, identity: identity('valid') }],
    });
    const client = udpClient();
    await client.send(query(1), set.ports[0]!, '127.0.0.1');
    await client.send(Buffer.concat([proxied6, query(2)]), set.ports[0]!, '127.0.0.1');
    await client.answered(1);
    expect([...client.answers.keys()]).toEqual([2]);
    await until(() => total(set, Tally.PROXY_MISSING) === 1);
    for (const [port, tls] of [
      [set.ports[0]!, undefined],
      [set.tlsPorts[0]!, overTls],
    ] as const) {
      const stream = new TcpClient(port, '127.0.0.1', tls, proxied4);
      stream.socket.end(framed(query(3)));
      await stream.until(() => stream.ended);
      expect(stream.ids).toEqual([3]);
    }
  });

  it('reads no PROXY header over UDP where only streams have one', async () => {
    const set = await start({ portable, proxies: [parsePrefix('127.0.0.0/8')!], proxyUdp: false });
    const client = udpClient();
    await client.send(query(1), set.ports[0]!, '127.0.0.1');
    await client.answered(1);
    expect([...client.answers.keys()]).toEqual([1]);
    const stream = new TcpClient(set.ports[0]!, '127.0.0.1', undefined, proxied4);
    stream.socket.end(framed(query(3)));
    await stream.until(() => stream.ended);
    expect(stream.ids).toEqual([3]);
    expect(total(set, Tally.PROXY_MISSING)).toBe(0);
  });

  it('shows a new certificate with the next publication, and drops no connection', async () => {
    const address = { host: '127.0.0.1', port: 0 };
    const set = await start({ portable, tls: [{ address, identity: identity('valid') }] });
    const open = async (id: number) => {
      const client = new TcpClient(set.tlsPorts[0]!, '127.0.0.1', overTls);
      clients.push({ close: () => client.socket.destroy() });
      client.socket.write(framed(query(id)));
      await client.until(() => client.messages.length === 1);
      return client;
    };
    const shown = (client: TcpClient) => (client.socket as TLSSocket).getPeerCertificate().subject.CN;
    const before = await open(1);
    set.show([identity('wrong-name')]);
    set.publish(emptySnapshot(2));
    await until(() => set.status().every(({ generation }) => generation === 2));
    const after = await open(2);
    expect([before, after].map(shown)).toEqual(['valid', 'wrong-name']);
    before.socket.write(framed(query(3)));
    await before.until(() => before.messages.length === 2);
  });

  it('answers all of a burst of 1 000 queries', async () => {
    const set = await start({ portable, udpWorkers: 2 });
    const client = udpClient();
    await burst(client, set.ports[0]!, 1_000);
    await client.answered(1_000);
    expect([...client.answers.values()].every((count) => count === 1)).toBe(true);
  });

  it('drops a query larger than a slot and goes on', async () => {
    const set = await start({ portable });
    const client = udpClient();
    await client.send(query(1, 'big.example', limits.udpSlotBytes), set.ports[0]!, '127.0.0.1');
    await client.send(query(2), set.ports[0]!, '127.0.0.1');
    await client.answered(1);
    expect([...client.answers.keys()]).toEqual([2]);
    expect(total(set, Tally.TRUNCATED)).toBe(1);
  });

  it('outlives hostile packets', async () => {
    const set = await start({ portable });
    const client = udpClient();
    for (let length = 0; length < 40; length++) {
      await client.send(Buffer.alloc(length, 0xc0), set.ports[0]!, '127.0.0.1');
    }
    // Larger than an answer may be: an echo of it cannot be written.
    await client.send(query(1, 'pad.example', 2_000), set.ports[0]!, '127.0.0.1');
    await client.send(query(2), set.ports[0]!, '127.0.0.1');
    await until(() => client.answers.has(2));
    expect(set.status().map(({ restarts }) => restarts)).toEqual(set.status().map(() => 0));
  });

  it('adopts each published generation while it answers', async () => {
    const set = await start({ portable, udpWorkers: 2 });
    const client = udpClient();
    for (let generation = 2; generation <= 50; generation++) {
      expect(set.publish(emptySnapshot(generation))).toBe(true);
      await burst(client, set.ports[0]!, 20, generation * 20);
    }
    await client.answered(49 * 20);
    await until(() => set.status().every((worker) => worker.generation === 50));
  });

  it('refuses a stale generation', async () => {
    const set = await start({ portable, snapshot: emptySnapshot(5) });
    expect(set.publish(emptySnapshot(5))).toBe(false);
    expect(set.publish(emptySnapshot(4))).toBe(false);
    expect(set.status().every((worker) => worker.generation === 5)).toBe(true);
  });

  it('answers what has arrived before it stops, and leaves the port free', async () => {
    const set = await start({ portable, udpWorkers: 2 });
    const client = udpClient();
    await burst(client, set.ports[0]!, 500);
    const stopped = set.stop();
    await client.answered(500);
    const before = performance.now();
    await stopped;
    expect(performance.now() - before).toBeLessThan(limits.stopMs);
    const free = createSocket('udp4');
    free.bind(set.ports[0]!, '127.0.0.1');
    await once(free, 'listening');
    free.close();
  });

  it('says in words which address it cannot have', async () => {
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { port } = udp.address();
    const attempt = start({ portable, addresses: [{ host: '127.0.0.1', port }] });
    await expect(attempt).rejects.toMatchObject({
      code: 'LISTEN',
      message: `cannot listen on udp 127.0.0.1:${port}: address already in use`,
    });
    udp.close();
  });

  it('says so of TCP too, and leaves nothing open', async () => {
    const tcp = createServer().listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    const attempt = start({ portable, addresses: [{ host: '127.0.0.1', port }] });
    await expect(attempt).rejects.toMatchObject({
      message: `cannot listen on tcp 127.0.0.1:${port}: address already in use`,
    });
    tcp.close();
    await once(tcp, 'close');
    await start({ portable, addresses: [{ host: '127.0.0.1', port }] });
  });

  it('names an address that is not of this machine', async () => {
    const attempt = start({ portable, addresses: [{ host: '192.0.2.200', port: 5300 }] });
    await expect(attempt).rejects.toMatchObject({
      message: 'cannot listen on udp 192.0.2.200:5300: address not available',
    });
  });
});

describe.runIf(linux)('worker set on shared sockets', () => {
  it('refuses an address that another set holds, unless that is the one to be replaced', async () => {
    const [first, second] = [await start({}), await start({})];
    const [held, foreign] = [first, second].map(({ ports }) => ({ host: '127.0.0.1', port: ports[0]! }));
    await expect(start({ addresses: [held!] })).rejects.toMatchObject({ code: 'LISTEN' });
    expect((await start({ addresses: [held!], beside: [held!] })).ports).toEqual(first.ports);
    await expect(start({ addresses: [held!, foreign!], beside: [held!] })).rejects.toMatchObject({
      message: `cannot listen on udp 127.0.0.1:${foreign!.port}: address already in use`,
    });
  });

  it('loses no query when one set takes over from another', async () => {
    const client = udpClient();
    let set = await start({ udpWorkers: 2 });
    const addresses = [{ host: '127.0.0.1', port: set.ports[0]! }];
    let sent = 0;
    let running = true;
    const load = (async () => {
      while (running) {
        await burst(client, addresses[0]!.port, 10, sent);
        sent += 10;
        await new Promise(setImmediate);
      }
    })();
    for (let k = 0; k < 3; k++) {
      const next = await start({ udpWorkers: 2, addresses, beside: addresses });
      await set.stop();
      set = next;
    }
    running = false;
    await load;
    const tcp = new TcpClient(addresses[0]!.port);
    tcp.socket.end(framed(query(3)));
    await tcp.until(() => tcp.ended);
    expect(tcp.ids).toEqual([3]);
    await client.answered(Math.min(sent, 65_536));
  });
});

function localAddresses(family: 4 | 6): string[] {
  return Object.values(networkInterfaces()).flatMap((entries) =>
    (entries ?? [])
      .filter((entry) => entry.family === `IPv${family}` && !entry.address.startsWith('fe80:'))
      .map((entry) => entry.address),
  );
}
