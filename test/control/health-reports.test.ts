import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { addReportRoute } from '../../src/control/health-reports.ts';
import { limits } from '../../src/runtime/limits.ts';
import { get, Site } from './site.ts';
import { until } from './until.ts';

const tokens = ['first-token-of-32-characters-0000', 'second-token-of-32-characters-000'];
const digest = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The route over a checker that knows `app/a` alone. */
function route(known: readonly string[] = tokens) {
  const app = new Hono();
  const taken: unknown[] = [];
  const counted: string[] = [];
  addReportRoute(app, {
    tokens: () => known.map(digest),
    take: (pool, endpoint, report) => {
      if (`${pool}/${endpoint}` !== 'app/a') return false;
      taken.push(report);
      return true;
    },
    count: (result) => counted.push(result),
  });
  const post = (body: string | ReadableStream, headers: Record<string, string> = {}, path = 'app/a') =>
    app.request(`/api/v1/health/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens[1]}`, 'content-type': 'application/json', ...headers },
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    } as RequestInit);
  return { app, post, taken, counted };
}

describe('reports of health', () => {
  it('are taken with any of the tokens', async () => {
    const { post, taken, counted } = route();
    for (const token of tokens) {
      const response = await post('{"status":"up"}', { authorization: `bearer ${token}` });
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ pool: 'app', endpoint: 'a', status: 'up' });
    }
    const spoken = { 'content-type': 'application/json; charset=utf-8' };
    expect((await post('{"status":"down","reason":"deploy"}', spoken)).status).toBe(200);
    expect(taken.at(-1)).toEqual({ status: 'down', reason: 'deploy' });
    expect(counted).toEqual(['accepted', 'accepted', 'accepted']);
  });

  it.each([
    ['no token', ''],
    ['another', 'Bearer third-token-of-32-characters-00000'],
    ['a part of one', `Bearer ${tokens[0]!.slice(0, -1)}`],
    ['one with more behind it', `Bearer ${tokens[0]}0`],
    ['its digest', `Bearer ${digest(tokens[0]!)}`],
    ['both', `Bearer ${tokens.join(' ')}`],
    ['another scheme', `Basic ${tokens[0]}`],
    ['an empty one', 'Bearer '],
    ['a huge one', `Bearer ${'x'.repeat(5_000)}`],
  ])('need a token: %s is 401', async (_, authorization) => {
    const { post, taken, counted } = route();
    const response = await post('{"status":"up"}', { authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(taken).toEqual([]);
    expect(counted).toEqual(['unauthorized']);
  });

  it('are refused to everybody where the config has no tokens', async () => {
    const { post } = route([]);
    expect((await post('{"status":"up"}')).status).toBe(401);
    expect((await post('{"status":"up"}', { authorization: 'Bearer ' })).status).toBe(401);
  });

  it.each([
    ['not JSON', 'up', 400],
    ['nothing', '', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['no status', '{}', 400],
    ['another status', '{"status":"UP"}', 400],
    ['a reason that is no text', '{"status":"up","reason":1}', 400],
    ['another key', '{"status":"up","pool":"x"}', 400],
    ['too much', `{"status":"up","reason":"${'x'.repeat(limits.reportBytes)}"}`, 413],
    ['depth', '['.repeat(4_000), 400],
  ])('must be a report: %s', async (_, body, status) => {
    const { post, taken, counted } = route();
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String) });
    expect(taken).toEqual([]);
    expect(counted).toEqual(['malformed']);
  });

  it('stop being read where they are too large, however they come', async () => {
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1_024).fill(0x20));
      },
    });
    expect((await route().post(body)).status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonp',
    '',
  ])('must say that they are JSON: %j is 415', async (type) => {
    const { post, taken } = route();
    expect((await post('{"status":"up"}', { 'content-type': type })).status).toBe(415);
    expect(taken).toEqual([]);
  });

  it.each(['app/b', 'web/a', '__proto__/a', 'app/a%2f..%2fa'])('about %s are 404', async (path) => {
    const { post, counted } = route();
    expect((await post('{"status":"up"}', {}, path)).status).toBe(404);
    expect(counted).toEqual(['unknown']);
  });

  it('cannot be asked for', async () => {
    expect((await route().app.request('/api/v1/health/app/a')).status).toBe(404);
  });
});

describe('a service that takes reports', () => {
  const endpoints = [{ name: 'a', region: 'us-east', address: '192.0.2.10' }];
  let site: Site | undefined;
  afterEach(() => site?.close());

  it('answers without an endpoint as soon as it is reported down, and counts', async () => {
    site = new Site();
    site.write('tokens', `${tokens[0]}\n`);
    site.configure({
      node: { name: 'test-1', 'push-tokens-file': 'tokens' },
      monitors: { web: { type: 'push', fall: 1, rise: 1, interval: '30s', timeout: '100ms' } },
      pools: { app: { monitor: 'web', endpoints } },
    });
    const service = await site.start();
    const [first] = service.config.pools[0]!.endpoints;
    const report = async (status: string, token: string): Promise<number> => {
      const response = await fetch(
        `http://127.0.0.1:${service.ports.http}/api/v1/health/app/${first!.name}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({ status, reason: 'deploy' }),
        },
      );
      return response.status;
    };
    const health = () => service.status().pools[0]!.endpoints[0]!;
    expect(await report('down', tokens[1]!)).toBe(401);
    expect(await report('up', tokens[0]!)).toBe(200);
    await until(() => health().health === 'up');
    expect(await report('down', tokens[0]!)).toBe(200);
    await until(() => health().health === 'down');
    expect(health().reason).toBe('reported down: deploy');
    const page = await (await get(service, '/metrics')).text();
    expect(page).toContain('meridian_health_reports_total{result="accepted"} 2\n');
    expect(page).toContain('meridian_health_reports_total{result="unauthorized"} 1\n');
  });

  it('takes another file of tokens without a restart', async () => {
    site = new Site();
    site.write('tokens', `${tokens[0]}\n`);
    site.configure({
      node: { name: 'test-1', 'push-tokens-file': 'tokens' },
      monitors: { web: { type: 'push', timeout: '100ms' } },
    });
    const service = await site.start();
    const before = service.config.pushTokens;
    site.write('tokens', `${tokens[1]}\n`);
    await until(() => service.config.pushTokens[0] !== before[0]);
    expect(service.config.pushTokens).toEqual([digest(tokens[1]!)]);
  });
});
