import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { certificate } from '../health/probes/targets.ts';
import { identity } from '../server/clients.ts';
import { metric, Site } from './site.ts';
import { until } from './until.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let site: Site;
let endpoint: tls.Server;
/** Who probed, in the order of the probes: common names of what was shown. */
const seen: (string | undefined)[] = [];

beforeEach(async () => {
  site = new Site();
  const { certificate: cert, key } = identity('expired');
  const asking = { requestCert: true, ca: certificate('authority'), rejectUnauthorized: true };
  endpoint = tls.createServer({ cert, key, ...asking }, (socket) => {
    socket.on('error', () => {});
    seen.push([socket.getPeerCertificate().subject.CN].flat()[0]);
    socket.once('data', () => socket.end('HTTP/1.1 204 Well\r\n\r\n'));
  });
  endpoint.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  await site.close();
  await new Promise((resolve) => endpoint.close(resolve));
});

function install(name: string): void {
  site.write('probe.pem', identity(name).certificate);
  site.write('probe.key', identity(name).key);
}

it('a probe shows its certificate, the renewed one too, and tells of the endpoint’s', async () => {
  install('valid');
  const { port } = endpoint.address() as AddressInfo;
  const monitor = { type: 'https', interval: '200ms', 'verify-certificate': false };
  const shown = { certificate: 'probe.pem', key: 'probe.key' };
  const place = { region: 'us-east', address: '192.0.2.1', probe: `127.0.0.1:${port}` };
  site.configure({
    monitors: { web: { ...monitor, ...shown } },
    pools: { app: { monitor: 'web', endpoints: [{ name: 'e', ...place }] } },
    policies: { app: { type: 'nearest', pool: 'app' } },
  });
  const service = await site.start();
  expect(seen.at(-1)).toBe('valid');
  const [told] = service.status().pools[0]!.endpoints;
  expect(told).toMatchObject({ health: 'up', certificateExpires: '2024-02-01T00:00:00.000Z' });
  const expiry = await metric(service, 'meridian_certificate_expiry_seconds{pool="app",endpoint="e"}');
  expect(expiry).toBe(Date.UTC(2024, 1, 1) / 1_000);

  install('wrong-name');
  await until(async () => seen.at(-1) === 'wrong-name');
  expect(service.status().pools[0]!.endpoints[0]!.health).toBe('up');
  expect(site.logged('app/e: certificate has expired on 2024-02-01')).toHaveLength(1);
  expect(site.logged('PRIVATE KEY')).toEqual([]);
});
