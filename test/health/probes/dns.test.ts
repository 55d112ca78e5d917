import dgram from 'node:dgram';
import net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { DnsCheck } from '../../../src/config/check-model.ts';
import { Rcode, RrType } from '../../../src/dns/constants.ts';
import { parseName } from '../../../src/dns/names.ts';
import { probeDns } from '../../../src/health/probes/dns.ts';
import type { ProbeResult, ProbeTarget } from '../../../src/health/probes/probe.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';

const parsed = parseName('app.example.com.');
if (!parsed.ok) throw new Error(parsed.reason);
const check: DnsCheck = {
  type: 'dns',
  port: 53,
  name: parsed.name,
  qtype: RrType.A,
  transport: 'udp',
  rcode: Rcode.NOERROR,
  answer: '192.0.2.1',
};

type Answer = (query: Buffer) => readonly Uint8Array[];

/** Answers each query with messages of a test's choice. */
async function udpPlace(answer: Answer, how: Partial<DnsCheck> = {}): Promise<Place> {
  const server = dgram.createSocket('udp4');
  server.on('message', (query, peer) => {
    for (const bytes of answer(query)) server.send(bytes, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const target = { address: '127.0.0.1', port: server.address().port, host: '127.0.0.1' };
  return {
    probe: (signal) => probeDns(target, { ...check, ...how }, signal),
    open: () => 0,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The same over TCP; `answer` gives what is written, length and all. */
async function tcpPlace(answer: Answer, how: Partial<DnsCheck> = {}): Promise<Place> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (query) => {
      for (const bytes of answer(query.subarray(2))) socket.write(bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    probe: (signal) =>
      probeDns({ address: '127.0.0.1', port, host: 'x' }, { ...check, transport: 'tcp', ...how }, signal),
    open: () => sockets.size,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An answer to `query`: its question without the OPT record, flags, and records of type A. */
function reply(
  query: Buffer,
  flags: number,
  addresses: readonly string[] = [],
  type: number = RrType.A,
): Buffer {
  const question = query.subarray(12, query.length - 11);
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([head, question, ...records]);
}

const well: Answer = (query) => [reply(query, 0x8400, ['192.0.2.9', '192.0.2.1'])];
const framed =
  (answer: Answer): Answer =>
  (query) =>
    answer(query).map((bytes) =>
      Buffer.concat([Buffer.from([bytes.length >>> 8, bytes.length & 0xff]), bytes]),
    );
const noise = Buffer.alloc(60_000, 0xff);

describeProbe('dns over udp', {
  well: () => udpPlace(well),
  refusing: async () => {
    const place = await udpPlace(well);
    await place.close();
    return { ...place, close: async () => {} };
  },
  silent: () => udpPlace(() => []),
  babbling: () => udpPlace((query) => [Buffer.concat([query.subarray(0, 2), noise])]),
});

describeProbe('dns over tcp', {
  well: () => tcpPlace(framed(well)),
  refusing: async () => {
    const place = await tcpPlace(well);
    await place.close();
    return { ...place, close: async () => {} };
  },
  silent: () => tcpPlace(() => []),
  babbling: () => tcpPlace(() => Array.from({ length: 100 }, () => noise)),
});

const changed = (query: Buffer, change: (bytes: Buffer) => void): readonly Buffer[] => {
  const bytes = reply(query, 0x8400, ['192.0.2.1']);
  change(bytes);
  return [bytes];
};

describe('dns: servers that lie', () => {
  const cases: [string, Answer, Partial<DnsCheck>, ProbeResult['code'], RegExp][] = [
    ['QR is 0', (q) => [reply(q, 0x0400)], {}, 'error', /marked as a question/],
    ['the question comes back', (q) => [q], {}, 'error', /marked as a question/],
    ['cut short', (q) => [reply(q, 0x8600)], {}, 'error', /cut short/],
    ['another name', (q) => changed(q, (b) => b.write('b', 13)), {}, 'error', /another question/],
    ['the name in another case', (q) => changed(q, (b) => b.write('A', 13)), {}, 'error', /another question/],
    ['another type', (q) => changed(q, (b) => b.writeUInt16BE(28, 29)), {}, 'error', /another question/],
    ['another class', (q) => changed(q, (b) => b.writeUInt16BE(3, 31)), {}, 'error', /another question/],
    [
      'no question',
      (q) => [Buffer.concat([q.subarray(0, 2), Buffer.from('84000000000000000000', 'hex')])],
      {},
      'error',
      /another question/,
    ],
    [
      'garbage behind the id',
      (q) => [Buffer.concat([q.subarray(0, 2), noise.subarray(0, 40)])],
      {},
      'error',
      /not a DNS message/,
    ],
    ['two bytes', (q) => [q.subarray(0, 2)], {}, 'error', /not a DNS message/],
    [
      'a pointer to itself',
      (q) => changed(q, (b) => b.writeUInt16BE(0xc000 | 33, 33)),
      {},
      'error',
      /not a DNS message/,
    ],
    ['NXDOMAIN', (q) => [reply(q, 0x8403)], {}, 'status', /^the answer is NXDOMAIN, wanted NOERROR$/],
    [
      'FORMERR without a question',
      (q) => [Buffer.concat([q.subarray(0, 2), Buffer.from('80010000000000000000', 'hex')])],
      {},
      'status',
      /is FORMERR, wanted/,
    ],
    [
      'NXDOMAIN that is wanted',
      (q) => [reply(q, 0x8403)],
      { rcode: Rcode.NXDOMAIN, answer: undefined },
      'success',
      /^$/,
    ],
    [
      'an empty answer',
      (q) => [reply(q, 0x8400)],
      {},
      'body',
      /^app\.example\.com\. A is no record, wanted 192\.0\.2\.1$/,
    ],
    [
      'an empty answer where none is wanted',
      (q) => [reply(q, 0x8400)],
      { answer: undefined },
      'success',
      /^$/,
    ],
    ['a longer address', (q) => [reply(q, 0x8400, ['192.0.2.10'])], {}, 'body', /A is 192\.0\.2\.10, wanted/],
    [
      'many addresses',
      (q) => [reply(q, 0x8400, Array<string>(50).fill('192.0.2.7'))],
      {},
      'body',
      /A is 192/,
    ],
    [
      'the address under another type',
      (q) => [reply(q, 0x8400, ['192.0.2.1'], 255)],
      {},
      'body',
      /no record/,
    ],
  ];

  it.each(cases)('%s', async (_, answer, how, code, reason) => {
    for (const place of [await udpPlace(answer, how), await tcpPlace(framed(answer), how)]) {
      const result = await visit(place, patientMs);
      expect(result.code).toBe(code);
      expect(result.reason ?? '').toMatch(reason);
    }
  });

  it('over TCP another id is a lie of the endpoint', async () => {
    const answer: Answer = (query) => changed(query, (bytes) => bytes.writeUInt8(bytes[0]! ^ 1, 0));
    const result = await visit(await tcpPlace(framed(answer)), patientMs);
    expect(result).toMatchObject({ code: 'error', reason: expect.stringContaining('another id') });
  });

  it('over UDP another id may be anybody’s: it is told, and the true answer still counts', async () => {
    const other: Answer = (query) => changed(query, (bytes) => bytes.writeUInt8(bytes[0]! ^ 1, 0));
    const alone = await visit(await udpPlace(other), shortMs);
    expect(alone).toMatchObject({ code: 'timeout', reason: expect.stringContaining('has another id') });
    const followed = await visit(await udpPlace((query) => [...other(query), ...well(query)]), patientMs);
    expect(followed.ok).toBe(true);
  });

  it('a close in the middle of a message is told', async () => {
    const place = await tcpPlace((query) => [framed(well)(query)[0]!.subarray(0, 9)]);
    expect(await visit(place, shortMs)).toMatchObject({
      code: 'timeout',
      reason: expect.stringContaining('reading the answer'),
    });
  });

  it('a message in drops is read', async () => {
    const place = await tcpPlace((query) => [...framed(well)(query)[0]!].map((byte) => Uint8Array.of(byte)));
    expect((await visit(place, patientMs)).ok).toBe(true);
  });
});

describe('dns: where it goes and comes from', () => {
  const ask = (target: Partial<ProbeTarget>, transport: 'udp' | 'tcp') => {
    const whole = { address: '127.0.0.1', port: 53, host: 'x', ...target };
    return probeDns(whole, { ...check, transport }, AbortSignal.timeout(patientMs));
  };

  it.each(['udp', 'tcp'] as const)(
    '%s: a place that cannot be reached is told as such',
    async (transport) => {
      // The kernel refuses to connect to all at once.
      const result = await ask({ address: '255.255.255.255' }, transport);
      expect(result).toMatchObject({ ok: false, code: 'connect' });
      expect(result.reason).toMatch(/^(?:connection forbidden|network unreachable)/);
    },
  );

  it.each(['udp', 'tcp'] as const)(
    '%s: a source that is not ours is no fault of the endpoint',
    async (transport) => {
      const result = await ask({ source: '192.0.2.9' }, transport);
      expect(result).toMatchObject({ code: 'error', ownFault: true });
      expect(result.reason).toBe('no probe was possible from 192.0.2.9: it is no address of this machine');
    },
  );

  it('udp: comes from its source', async () => {
    const peers: string[] = [];
    const server = dgram.createSocket('udp4');
    server.on('message', (query, peer) => {
      peers.push(peer.address);
      server.send(well(query)[0]!, peer.port, peer.address);
    });
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    expect((await ask({ port: server.address().port, source: '127.0.0.9' }, 'udp')).ok).toBe(true);
    await new Promise<void>((resolve) => server.close(resolve));
    expect(peers).toEqual(['127.0.0.9']);
  });
});
