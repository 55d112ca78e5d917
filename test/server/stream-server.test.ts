import { describe, expect, it } from 'vitest';
import { respond } from '../../src/query/respond.ts';
import { Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Tally } from '../../src/server/control-block.ts';
import { framed, query, type TcpClient } from './clients.ts';
import { echo, hasty, type Options, startOver, until } from './stream-set-up.ts';

describe.each(['tcp', 'tls'] as const)('StreamServer over %s', (transport) => {
  const start = (options: Options = {}, host?: string) => startOver(options, transport, host);
  // What comes may have a turn as it comes, and another at the end of the round. Of TLS several records may be read at
  // once: the first is no whole turn, the second begins one.
  const turns = transport === 'tls' ? 3 : 2;
  const connections = transport === 'tls' ? Tally.TLS_CONNECTIONS : Tally.TCP_CONNECTIONS;

  it('answers several queries of one segment in order, and the rest when it comes', async () => {
    const { open } = await start();
    const client = open();
    const stream = Buffer.concat([1, 2, 3, 4].map((id) => framed(query(id))));
    client.socket.write(stream.subarray(0, stream.length - 20));
    await client.until(() => client.messages.length === 3);
    client.socket.write(stream.subarray(stream.length - 20));
    await client.until(() => client.messages.length === 4);
    expect(client.ids).toEqual([1, 2, 3, 4]);
  });

  it('reads length and message that come byte by byte', async () => {
    const { open } = await start();
    const client = open();
    for (const byte of framed(query(0x1234))) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    await client.until(() => client.messages.length === 1);
    expect(client.ids).toEqual([0x1234]);
  });

  it('answers what was received when the peer sends its end, then ends', async () => {
    const { open } = await start();
    const client = open();
    client.socket.end(Buffer.concat([framed(query(1)), framed(query(2)), Buffer.of(0, 50, 1)]));
    await client.until(() => client.ended);
    expect(client.ids).toEqual([1, 2]);
  });

  it('takes the largest message there is', async () => {
    const { open } = await start();
    const client = open();
    client.socket.write(framed(query(1, 'large.example', 65_535 - query(1, 'large.example').length)));
    await client.until(() => client.messages.length === 1);
    expect(client.messages[0]!.length).toBe(65_535);
  });

  it('says nothing to a message without an answer, and goes on after an exception', async () => {
    const { open, tally } = await start();
    const client = open();
    const [silent, bug] = [query(1), query(2)];
    silent[2] = 0xdd;
    bug[2] = 0xee;
    client.socket.write(Buffer.concat([silent, bug, query(3), Buffer.alloc(0)].map(framed)));
    await client.until(() => client.ids.includes(3));
    expect(tally[Tally.FAULTS]).toBe(1);
  });

  it.each(['127.0.0.1', '::1'])('tells respond who asks on %s', async (host) => {
    const seen: unknown[] = [];
    const noting: typeof respond = (_packet, length, { family, w0, w1, w2, w3, transport }) => {
      seen.push({ family, words: [w0, w1, w2, w3], transport });
      return length;
    };
    const { open } = await start({ respond: noting }, host);
    const client = open();
    client.socket.write(framed(query(1)));
    await client.until(() => client.messages.length === 1);
    const family = host === '::1' ? 6 : 4;
    const words = family === 6 ? [0, 0, 0, 1] : [0x7f000001, 0, 0, 0];
    expect(seen).toEqual([{ family, words, transport: transport === 'tls' ? Transport.TLS : Transport.TCP }]);
  });

  it('stops reading from a peer that does not read, holds little for it, and goes on when it reads', async () => {
    const { open, tally, server } = await start();
    const client = open();
    client.socket.pause();
    const message = framed(query(1, 'slow.example', 8_000));
    const sent = 3_000;
    let written = 0;
    const write = (): void => {
      while (written < sent && client.socket.write(message)) written++;
      if (written < sent) {
        written++;
        client.socket.once('drain', write);
      }
    };
    write();
    // Both directions fill up: our reads stop well before all 24 MB are taken in.
    let last = -1;
    while (tally[Tally.RECEIVED] !== last || last === 0) {
      last = tally[Tally.RECEIVED]!;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(last).toBeLessThan(sent);
    expect(server.pending.bytes).toBeGreaterThan(limits.tcpPendingBytes);
    expect(server.pending.bytes).toBeLessThan(2 * limits.tcpPendingBytes);
    client.socket.resume();
    await client.until(() => client.messages.length === sent, 10_000);
    await until(() => server.pending.bytes === 0);
  });

  it('closes who has not read for longest when too much waits, and serves the others', async () => {
    // Far more than the kernel takes, from queries that the peer sends with ease.
    const large: typeof respond = () => 60_000;
    const { open, tally, server } = await start({ respond: large, pendingBytes: 200_000 });
    const slow: TcpClient[] = [];
    for (let i = 0; i < 6; i++) {
      const client = open();
      client.socket.pause();
      slow.push(client);
      const before = tally[Tally.UNREAD_CLOSED]!;
      const stalled = server.pending.bytes;
      client.socket.write(Buffer.concat(Array.from({ length: 400 }, (_, id) => framed(query(id)))));
      await until(() => server.pending.bytes > stalled || tally[Tally.UNREAD_CLOSED]! > before);
    }
    await until(() => tally[Tally.UNREAD_CLOSED]! > 0);
    expect(server.pending.bytes).toBeLessThanOrEqual(400_000);
    const reader = open();
    for (let id = 0; id < 5; id++) reader.socket.write(framed(query(id)));
    await reader.until(() => reader.messages.length === 5);
    slow[0]!.socket.resume();
    await slow[0]!.until(() => slow[0]!.ended);
    expect(slow[0]!.messages.length).toBeLessThan(400);
    for (const client of slow) client.raw.destroy();
    await until(() => server.pending.bytes === 0);
  });

  it('answers a bounded number of one peer’s queries at a time, and all of them in the end', async () => {
    const { tcpTurnMessages } = limits;
    let burst = 0;
    let longest = 0;
    const counting: typeof respond = (packet, length, source, context, out) => {
      if (burst++ === 0) {
        setImmediate(() => {
          longest = Math.max(longest, burst);
          burst = 0;
        });
      }
      return echo(packet, length, source, context, out);
    };
    const { open } = await start({ respond: counting, clock: hasty() });
    const client = open();
    const ids = Array.from({ length: 5 * tcpTurnMessages }, (_, id) => id);
    // The peer's end comes while most of it waits.
    client.socket.end(Buffer.concat(ids.map((id) => framed(query(id)))));
    await client.until(() => client.ended);
    expect(client.ids).toEqual(ids);
    expect(longest).toBeLessThanOrEqual(turns * tcpTurnMessages);
  });

  it('counts the bytes of answers in a turn as well', async () => {
    const size = 16_384;
    let burst = 0;
    let longest = 0;
    const large: typeof respond = () => {
      if (burst++ === 0) {
        setImmediate(() => {
          longest = Math.max(longest, burst);
          burst = 0;
        });
      }
      return size;
    };
    const { open } = await start({ respond: large, clock: hasty() });
    const client = open();
    for (let id = 0; id < 100; id++) client.socket.write(framed(query(id)));
    await client.until(() => client.messages.length === 100);
    expect(longest).toBeLessThanOrEqual(turns * 4);
  });

  it('beats with each turn, since a round of many turns is long', async () => {
    const { open, line } = await start();
    const client = open();
    const before = line.heartbeat();
    const all = 8 * limits.tcpTurnMessages;
    client.socket.write(Buffer.concat(Array.from({ length: all }, (_, id) => framed(query(id)))));
    await client.until(() => client.messages.length === all);
    expect(line.heartbeat() - before).toBeGreaterThanOrEqual(8);
  });

  it('beats while it only takes in, since that may be long as well', async () => {
    const { open, line } = await start({ clock: hasty(), respond: () => 60_000 });
    const clients = Array.from({ length: 20 }, () => open());
    await Promise.all(clients.map((client) => client.until(() => client.connected)));
    const before = line.heartbeat();
    for (const client of clients) client.socket.write(framed(query(1)));
    await Promise.all(clients.map((client) => client.until(() => client.messages.length === 1)));
    // One had its turn as it came, the others when they had waited.
    expect(line.heartbeat() - before).toBeGreaterThan(20);
  });

  it('closes a peer that sends bytes but never completes a query, or never reads', async () => {
    const { server, open, time, tally } = await start({ bounds: { idleMs: 1_000 } });
    const [trickling, active] = [open(), open()];
    active.socket.write(framed(query(1)));
    trickling.socket.write(Buffer.of(0xff));
    await active.until(() => active.messages.length === 1);
    time.nowMs = 900;
    active.socket.write(framed(query(2)));
    trickling.socket.write(Buffer.of(0xff, 1));
    await active.until(() => active.messages.length === 2);
    time.nowMs = 1_100;
    server.sweep();
    await trickling.until(() => trickling.ended);
    active.socket.write(framed(query(3)));
    await active.until(() => active.messages.length === 3);
    expect([tally[Tally.IDLE_CLOSED], tally[connections]]).toEqual([1, 1]);
  });

  it('promises by keepalive what it holds: the time-out in tenths of a second', async () => {
    const { open } = await start({ respond, bounds: { idleMs: 2_500 } });
    const client = open();
    const opt = Buffer.of(0, 0, 41, 4, 0xd0, 0, 0, 0, 0, 0, 4, 0, 11, 0, 0);
    const asked = Buffer.concat([query(1), opt]);
    asked[11] = 1;
    client.socket.write(framed(asked));
    await client.until(() => client.messages.length === 1);
    expect(client.messages[0]!.includes(Buffer.of(0, 11, 0, 2, 0, 25))).toBe(true);
  });

  it('serves the next client though idle connections hold every place', async () => {
    const { open, tally } = await start({ bounds: { connections: 200, perClient: 200 } });
    const idle = Array.from({ length: 200 }, () => open());
    await Promise.all(idle.map((client) => client.until(() => client.connected)));
    await until(() => tally[Tally.ACCEPTED] === 200);
    const next = open();
    next.socket.write(framed(query(7)));
    await next.until(() => next.messages.length === 1);
    expect([tally[Tally.EVICTED], tally[connections]]).toEqual([1, 200]);
  });

  it('forgets a peer that resets its connection', async () => {
    const { open, tally } = await start();
    const client = open();
    client.socket.write(framed(query(1)));
    await client.until(() => client.messages.length === 1);
    client.raw.resetAndDestroy();
    await until(() => tally[connections] === 0);
  });

  it('stops: takes no more, answers what has arrived, ends each connection', async () => {
    const { server, open } = await start();
    const [busy, idle] = [open(), open()];
    await Promise.all([busy, idle].map((client) => client.until(() => client.connected)));
    for (let id = 0; id < 100; id++) busy.socket.write(framed(query(id)));
    await new Promise(setImmediate);
    busy.socket.on('end', () => busy.socket.end());
    idle.socket.on('end', () => idle.socket.end());
    await server.stop(limits.stopGraceMs);
    await busy.until(() => busy.closed);
    await idle.until(() => idle.closed);
    expect(busy.ids).toEqual(Array.from({ length: 100 }, (_, id) => id));
  });

  it('stops at its deadline though a peer keeps its connection open', async () => {
    const { server, open } = await start();
    const client = open();
    await client.until(() => client.connected);
    client.socket.write(framed(query(1)));
    await client.until(() => client.messages.length === 1);
    await server.stop(20);
    await client.until(() => client.ended || client.closed);
  });
});
