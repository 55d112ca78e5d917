import { once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { Tally } from '../../src/server/control-block.ts';
import { framed, identity, overTls, query, type TcpClient } from './clients.ts';
import { hasty, type Options, startOver, until } from './stream-set-up.ts';

const start = (options: Options = {}) => startOver(options, 'tls');

/** The name in the certificate that the client was shown. */
function shownTo(client: TcpClient): string {
  return (client.socket as TLSSocket).getPeerCertificate().subject.CN as string;
}

describe('DNS over TLS', () => {
  it('speaks `dot` to those who ask for a protocol, and to those who do not', async () => {
    const { open } = await start();
    const [asked, silent] = [open(), open({ rejectUnauthorized: false })];
    await Promise.all([asked, silent].map((client) => client.until(() => client.connected)));
    expect((asked.socket as TLSSocket).alpnProtocol).toBe('dot');
    silent.socket.write(framed(query(1)));
    await silent.until(() => silent.messages.length === 1);
  });

  it.each([
    ['another protocol than `dot`', { ALPNProtocols: ['h2'] }],
    [
      'an old version',
      { ALPNProtocols: ['dot'], minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    ],
  ] satisfies [string, ConnectionOptions][])(
    'refuses a handshake with %s, and counts it',
    async (_, handshake) => {
      const { open, tally } = await start();
      const client = open({ ...overTls, ...handshake });
      await client.until(() => client.closed);
      await until(() => tally[Tally.HANDSHAKE_CLOSED] === 1);
      expect(client.connected).toBe(false);
      expect(tally[Tally.TLS_CONNECTIONS]).toBe(0);
    },
  );

  it('speaks TLS 1.2 too', async () => {
    const { open } = await start();
    const client = open({ ...overTls, maxVersion: 'TLSv1.2' });
    client.socket.write(framed(query(1)));
    await client.until(() => client.messages.length === 1);
  });

  it.each([
    ['is no TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['is a plain query', framed(query(1))],
    ['breaks off', Buffer.from([0x16, 3, 1])],
  ])('closes what %s', async (_, bytes) => {
    const { dial, tally } = await start();
    const client = dial();
    client.socket.end(bytes);
    await client.until(() => client.closed || client.ended);
    await until(() => tally[Tally.HANDSHAKE_CLOSED] === 1);
    expect([tally[Tally.TLS_CONNECTIONS], tally[Tally.RECEIVED]]).toEqual([0, 0]);
  });

  it('closes a handshake at its deadline, and lets those live that have done theirs', async () => {
    const { open, dial, server, time, tally } = await start();
    const [quick, slow] = [open(), dial()];
    quick.socket.write(framed(query(1)));
    await quick.until(() => quick.messages.length === 1);
    slow.socket.write(Buffer.of(0x16));
    await until(() => tally[Tally.TLS_CONNECTIONS] === 2);
    time.nowMs = limits.tcpArrivalMs - 1;
    server.sweep();
    await new Promise(setImmediate);
    expect(tally[Tally.HANDSHAKE_CLOSED]).toBe(0);
    time.nowMs = limits.tcpArrivalMs;
    server.sweep();
    await slow.until(() => slow.ended || slow.closed);
    expect([tally[Tally.HANDSHAKE_CLOSED], tally[Tally.IDLE_CLOSED]]).toEqual([1, 0]);
    quick.socket.write(framed(query(2)));
    await quick.until(() => quick.messages.length === 2);
  });

  it('counts handshakes under the bounds: the next client gets the place of one that lingers', async () => {
    const { open, dial, tally } = await start({ bounds: { connections: 20, perClient: 20 } });
    for (let i = 0; i < 20; i++) dial();
    await until(() => tally[Tally.ACCEPTED] === 20);
    const next = open();
    next.socket.write(framed(query(1)));
    await next.until(() => next.messages.length === 1);
    expect([tally[Tally.EVICTED], tally[Tally.HANDSHAKE_CLOSED]]).toEqual([1, 0]);
  });

  it('waits for a hello that comes byte by byte, and does the handshake then', async () => {
    const { dial, tally } = await start();
    const client = dial();
    const hello = await helloOf();
    for (const byte of hello) {
      client.raw.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    const answer = await new Promise<Buffer>((resolve) => client.raw.once('data', resolve));
    expect(answer[0]).toBe(22);
    expect(tally[Tally.HANDSHAKE_CLOSED]).toBe(0);
  });

  it.each([
    ['no TLS', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a record longer than there is', Buffer.of(22, 3, 1, 0xff, 0xff, 1)],
  ])('closes a connection that begins with %s', async (_, first) => {
    const { dial, tally } = await start();
    const client = dial();
    client.raw.write(first);
    await client.until(() => client.ended || client.closed);
    await until(() => tally[Tally.HANDSHAKE_CLOSED] === 1);
  });

  it('does the handshakes of a crowd in turns', async () => {
    const { open, line } = await start({ clock: hasty() });
    const before = line.heartbeat();
    const clients = Array.from({ length: 20 }, () => open());
    for (const client of clients) client.socket.write(framed(query(1)));
    await Promise.all(clients.map((client) => client.until(() => client.messages.length === 1)));
    expect(line.heartbeat() - before).toBeGreaterThanOrEqual(40);
  });

  it('closes the oldest handshake when too many are under way', async () => {
    const { open, dial, tally } = await start({ handshakes: 3 });
    const hello = await helloOf();
    const lingering = Array.from({ length: 4 }, () => dial());
    for (const client of lingering) {
      client.raw.write(hello);
      await new Promise((resolve) => client.raw.once('data', resolve));
    }
    await lingering[0]!.until(() => lingering[0]!.ended || lingering[0]!.closed);
    expect([tally[Tally.EVICTED], tally[Tally.HANDSHAKE_CLOSED]]).toEqual([1, 0]);
    const next = open();
    next.socket.write(framed(query(1)));
    await next.until(() => next.messages.length === 1);
    expect(tally[Tally.EVICTED]).toBe(2);
  });

  it('shows a new certificate from the next handshake on and drops nobody', async () => {
    const { open, server } = await start();
    const before = open();
    await before.until(() => before.connected);
    server.show([identity('wrong-name')]);
    const after = open();
    await after.until(() => after.connected);
    expect([before, after].map(shownTo)).toEqual(['valid', 'wrong-name']);
    before.socket.write(framed(query(1)));
    await before.until(() => before.messages.length === 1);
  });

  it('keeps the certificate when another cannot be used', async () => {
    const { open, server } = await start();
    const broken = { certificate: identity('valid').certificate, key: identity('expired').key };
    expect(() => server.show([broken])).toThrow();
    const client = open();
    await client.until(() => client.connected);
    expect(shownTo(client)).toBe('valid');
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'resumes sessions of %s, also over a new certificate',
    async (version) => {
      const { open, server } = await start();
      const handshake = { ...overTls, minVersion: version, maxVersion: version };
      const first = open(handshake);
      let session: Buffer | undefined;
      first.socket.on('session', (ticket: Buffer) => {
        session = ticket;
      });
      first.socket.write(framed(query(1)));
      await first.until(() => first.messages.length === 1);
      await until(() => session !== undefined);
      server.show([identity('wrong-name')]);
      const again = open({ ...handshake, session });
      await again.until(() => again.connected);
      expect((again.socket as TLSSocket).isSessionReused()).toBe(true);
    },
  );
});

/** The first record of a client that wants to speak TLS. */
async function helloOf(): Promise<Buffer> {
  const [near, far] = [new PassThrough(), new PassThrough()];
  const client = connect({ socket: Duplex.from({ readable: near, writable: far }), ...overTls });
  client.on('error', () => {});
  const [hello] = (await once(far, 'data')) as [Buffer];
  client.destroy();
  return hello;
}
