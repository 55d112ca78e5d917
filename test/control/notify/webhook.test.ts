import { createHmac } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventKinds } from '../../../src/config/event-kinds.ts';
import type { WebhookConfig } from '../../../src/config/model.ts';
import type { DeliveryResult } from '../../../src/control/notify/webhook.ts';
import { Webhooks } from '../../../src/control/notify/webhooks.ts';
import { eventOf } from '../../../src/control/timeline/event.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { Random } from '../../../src/runtime/random.ts';
import { certificate } from '../../health/probes/targets.ts';
import { FakeClock } from '../../scenarios/fake-clock.ts';
import { newsOf } from '../timeline/world.ts';
import { until } from '../until.ts';
import { HookServer, status } from './hook-server.ts';

const secret = 'correct-horse-battery-staple-0123456789';
const timeoutMs = 1_000;

/** Pauses are as long as they can be. */
const longest = new Random(1);
longest.fraction = () => 1;

let clock: FakeClock;
let counts: Record<DeliveryResult, number>;
let log: string[];
let hooks: Webhooks;
const servers: { stop(): Promise<void> }[] = [];

beforeEach(() => {
  clock = new FakeClock();
  counts = { delivered: 0, retried: 0, refused: 0, failed: 0, dropped: 0 };
  log = [];
  hooks = new Webhooks({
    clock,
    random: longest,
    log: pino(
      { base: null },
      { write: (line: string) => log.push((JSON.parse(line) as { msg: string }).msg) },
    ),
    count: (result) => {
      counts[result]++;
    },
  });
});
afterEach(async () => {
  await hooks.stop();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

function take(url: string, more: Partial<WebhookConfig> = {}): void {
  const webhook = { url, secret, kinds: new Set(eventKinds), timeoutMs, ...more };
  hooks.take({ node: { name: 'gtm-1' }, webhooks: [webhook] });
}

async function served(identity?: {
  key: string;
  cert: string;
}): Promise<{ server: HookServer; port: number }> {
  const server = new HookServer(identity);
  servers.push(server);
  return { server, port: await server.start() };
}

async function hooked(): Promise<HookServer> {
  const { server, port } = await served();
  take(`http://127.0.0.1:${port}/events?team=dns`);
  return server;
}

const offer = (id: number, fields = {}): void => hooks.offer(eventOf(id, newsOf(fields), clock.now()));
/** Until as many tries have ended as `count` says, with time passing. */
const counted = (result: DeliveryResult, count: number) =>
  until(async () => {
    await clock.advance(50);
    return counts[result] >= count;
  });

describe('a webhook', () => {
  it('posts the event as JSON with a signature over time and body', async () => {
    const server = await hooked();
    offer(7);
    await counted('delivered', 1);
    const [{ method, path, headers, body }] = server.received as [HookServer['received'][number]];
    expect([method, path, headers['content-type']]).toEqual(['POST', '/events?team=dns', 'application/json']);
    expect(JSON.parse(body)).toEqual({
      node: 'gtm-1',
      event: JSON.parse(JSON.stringify(eventOf(7, newsOf(), 1_700_000_005_000))),
    });
    const [, at, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['meridian-signature']))!;
    expect(Number(at)).toBe(1_700_000_005);
    expect(mac).toBe(createHmac('sha256', secret).update(`${at}.${body}`).digest('hex'));
  });

  it('posts only the kinds that it is for', async () => {
    const { server, port } = await served();
    take(`http://127.0.0.1:${port}/`, { kinds: new Set(['config', 'pool']) });
    for (const [i, kind] of eventKinds.entries()) offer(i, { kind });
    await counted('delivered', 2);
    expect(server.ids).toEqual(['pool', 'config'].map((kind) => eventKinds.indexOf(kind as 'pool')));
  });

  it('tries again with growing pauses while it fails, in order, and logs it once', async () => {
    const server = await hooked();
    server.answers = [status(500), status(503), status(429), status(200)];
    offer(1);
    offer(2);
    await until(() => counts.retried === 1);
    await clock.advance(1_999);
    expect(server.received).toHaveLength(1);
    await clock.advance(1);
    await until(() => counts.retried === 2);
    await clock.advance(3_999);
    expect(server.received).toHaveLength(2);
    await counted('delivered', 2);
    expect(server.ids).toEqual([1, 1, 1, 1, 2]);
    expect(counts).toEqual({ delivered: 2, retried: 3, refused: 0, failed: 0, dropped: 0 });
    expect(log).toEqual([
      expect.stringMatching(/^webhook http:\/\/127\.0\.0\.1:\d+ does not take events: status 500$/),
      expect.stringMatching(/takes events again$/),
    ]);
  });

  it('gives an event up after its tries, and goes on with the next', async () => {
    const server = await hooked();
    server.answers = [...Array.from({ length: limits.webhookTries }, () => status(500)), status(204)];
    offer(1);
    offer(2);
    for (let tries = 1; tries < limits.webhookTries; tries++) {
      await until(() => counts.retried === tries);
      await clock.advance(Math.min(limits.webhookRetryMaxMs, limits.webhookRetryMs * 2 ** (tries - 1)));
    }
    await until(() => counts.delivered === 1);
    expect(server.ids).toEqual([...Array.from({ length: limits.webhookTries }, () => 1), 2]);
    expect(counts).toMatchObject({ failed: 1, retried: limits.webhookTries - 1 });
  });

  it.each([
    ['a redirect', 302],
    ['a permanent redirect', 308],
    ['an address that is not there', 404],
    ['a wrong signature', 401],
  ])('does not try %s again, nor follow it', async (_, code) => {
    const { server: other, port } = await served();
    const server = await hooked();
    server.answers = [
      (response) => response.writeHead(code, { Location: `http://127.0.0.1:${port}/` }).end(),
    ];
    offer(1);
    await counted('refused', 1);
    expect([server.received.length, other.received.length, counts.retried]).toEqual([1, 0, 0]);
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => {}],
    ['drips its header', (socket) => void drip(socket, 'HTTP/1.1 200 OK\r\nX-Slow: ')],
  ])('that %s is given up at the deadline', async (_, answer) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
      socket.on('close', () => sockets.delete(socket));
    });
    servers.push({ stop: () => new Promise((stopped) => server.close(() => stopped())) });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    take(`http://127.0.0.1:${(server.address() as { port: number }).port}/`);
    offer(1);
    await until(() => sockets.size === 1);
    await clock.advance(timeoutMs - 1);
    expect([counts.retried, log]).toEqual([0, []]);
    await clock.advance(1);
    await until(() => counts.retried === 1 && sockets.size === 0);
    expect(log).toEqual([expect.stringMatching(/does not take events: no answer within 1000 ms$/)]);
  });

  it.each([
    ['hangs up', (socket: Socket) => socket.end()],
    ['speaks something else', (socket: Socket) => socket.end('220 mail.example.com\r\n')],
    [
      'changes the protocol',
      (socket: Socket) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ])('that %s has failed', async (_, answer) => {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => answer(socket));
    });
    servers.push({ stop: () => new Promise((stopped) => server.close(() => stopped())) });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    take(`http://127.0.0.1:${(server.address() as { port: number }).port}/`);
    offer(1);
    await until(() => counts.retried === 1);
    expect(log).toHaveLength(1);
  });

  it('does not wait for the body of an answer', async () => {
    const server = await hooked();
    server.answers = [(response) => void response.writeHead(200).write('and so on')];
    offer(1);
    offer(2);
    await until(() => counts.delivered === 2);
    expect(server.ids).toEqual([1, 2]);
  });

  it('takes headers without end for a failure', async () => {
    const server = await hooked();
    server.answers = [(response) => response.writeHead(200, { 'X-Long': 'x'.repeat(20_000) }).end()];
    offer(1);
    await counted('retried', 1);
    expect(counts.delivered).toBe(0);
  });

  it('verifies certificates', async () => {
    const identity = { key: certificate('valid.key'), cert: certificate('valid') };
    const { server, port } = await served(identity);
    take(`https://localhost:${port}/`);
    offer(1);
    await counted('retried', 1);
    expect(server.received).toEqual([]);
    expect(log).toEqual([expect.stringMatching(/does not take events: .*certificate/)]);
  });

  it('drops the oldest events that wait when there are too many', async () => {
    const server = await hooked();
    server.answers = [() => {}];
    offer(0);
    await until(() => server.received.length === 1);
    for (let id = 1; id <= limits.webhookQueue + 3; id++) offer(id);
    expect(counts.dropped).toBe(3);
    server.answers = [status(200)];
    await counted('delivered', 5);
    expect(server.ids.slice(0, 4)).toEqual([0, 0, 4, 5]);
  });

  it('stops at once in a pause, in a try, and before either; what waits is dropped', async () => {
    const server = await hooked();
    server.answers = [status(500)];
    offer(1);
    offer(2);
    await until(() => counts.retried === 1);
    await hooks.stop();
    expect(counts).toMatchObject({ retried: 1, dropped: 2 });
    offer(3);
    expect(server.ids).toEqual([1]);

    const silent = await hooked();
    silent.answers = [() => {}];
    offer(4);
    await until(() => silent.received.length === 1);
    await hooks.stop();
    expect(counts).toMatchObject({ delivered: 0, dropped: 3 });
  });

  it('that a new config does not change keeps what it has still to post', async () => {
    const { server, port } = await served();
    const url = `http://127.0.0.1:${port}/`;
    server.answers = [status(500), status(200)];
    take(url);
    offer(1);
    await until(() => counts.retried === 1);
    take(url);
    await counted('delivered', 1);
    server.answers = [status(500)];
    offer(2);
    await until(() => counts.retried === 2);
    take(url, { secret: secret.toUpperCase() });
    await until(() => counts.dropped === 1);
  });
});

/** A byte each 100 ms of the test's clock. */
function drip(socket: Socket, head: string): void {
  socket.write(head);
  const next = (): void => {
    if (!socket.destroyed) socket.write('x');
    clock.setTimer(next, 100);
  };
  next();
}
