import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLag } from '../../../src/health/loads/read-lag.ts';

/** By path: the status that a member of Patroni gives. */
const statuses: Record<string, number> = {
  '/leader/replica?lag=16MB': 503,
  '/leader/primary': 200,
  '/close/replica?lag=16MB': 200,
  '/behind/replica?lag=16MB': 503,
  '/behind/primary': 503,
};
let server: Server;
let base = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    response.writeHead(statuses[request.url!] ?? 404).end('{"state":"running"}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const ask = (url: string) =>
  readLag(
    { kind: 'patroni', url, query: '16MB', everyMs: 2_000, keepMs: 30_000 },
    new AbortController().signal,
  );

describe('a lag by Patroni', () => {
  it('is none for the leader and for a replica that is within', async () => {
    expect(await ask(`${base}/leader`)).toEqual({ ok: true, value: 0 });
    expect(await ask(`${base}/close/`)).toEqual({ ok: true, value: 0 });
  });

  it('is not known of a replica that is behind, and of nobody', async () => {
    const behind = await ask(`${base}/behind`);
    expect(behind).toEqual({
      ok: false,
      reason: 'Patroni has it neither as primary nor as a replica within 16MB: status 503, wanted 200',
    });
    expect((await ask('http://127.0.0.1:1')).ok).toBe(false);
  });
});
