import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LoadRefused, type Service } from '../../src/control/service.ts';
import { framed, identity, overTls, query, TcpClient } from '../server/clients.ts';
import { askService, metric, Site, standardZone } from './site.ts';
import { until } from './until.ts';

let site: Site;
const clients: TcpClient[] = [];
beforeEach(() => {
  site = new Site();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.destroy();
  await site.close();
});

function install(name: string, key = name): void {
  site.write('tls.pem', identity(name).certificate);
  site.write('tls.key', identity(key).key);
}

async function serve(): Promise<Service> {
  install('valid');
  const tls = [{ address: '127.0.0.1:0', certificate: 'tls.pem', key: 'tls.key' }];
  site.configure({ listen: { dns: ['127.0.0.1:0'], http: '127.0.0.1:0', workers: 1, tls } });
  return site.start();
}

/** A connection over TLS that has been answered once. */
async function open(service: Service): Promise<TcpClient> {
  const client = new TcpClient(service.ports.tls[0]!, '127.0.0.1', overTls);
  clients.push(client);
  client.socket.write(framed(query(1, 'app.example.com')));
  await client.until(() => client.messages.length === 1);
  return client;
}

function shownTo(client: TcpClient): string {
  return (client.socket as TLSSocket).getPeerCertificate().subject.CN as string;
}

it('a renewed certificate is noticed and shown from the next handshake on, and no connection drops', async () => {
  const service = await serve();
  const before = await open(service);
  install('wrong-name');
  await until(async () => shownTo(await open(service)) === 'wrong-name');
  before.socket.write(framed(query(2, 'app.example.com')));
  await before.until(() => before.messages.length === 2);
  expect(shownTo(before)).toBe('valid');
  expect(await metric(service, 'meridian_dns_queries_total{transport="tls",qtype="A",rcode="NOERROR"}')).toBe(
    clients.length + 1,
  );
});

const expiry = 'meridian_tls_certificate_expiry_timestamp_seconds{listener="127.0.0.1:0"}';
const endOf = (name: string): number =>
  Date.parse(new X509Certificate(identity(name).certificate).validTo) / 1000;

it('half a renewal leaves the pair in use and takes the rest; its other half is noticed too', async () => {
  const service = await serve();
  install('not-yet-valid', 'valid');
  site.write('example.zone', `${standardZone}new A 192.0.2.99\n`);
  expect(await service.reload('a test')).toBe(true);
  expect(site.logged('is not the key of').length).toBeGreaterThan(0);
  expect(site.logged('the certificate and key in use stay').length).toBeGreaterThan(0);
  expect(shownTo(await open(service))).toBe('valid');
  expect((await askService(service, { name: 'new.example.com' })).data).toEqual(['192.0.2.99']);
  expect(await metric(service, expiry)).toBe(endOf('valid'));
  install('not-yet-valid');
  await until(async () => (await metric(service, expiry)) === endOf('not-yet-valid'));
  const [shown] = service.status().tls;
  expect(Date.parse(shown!.certificateExpiresAt) / 1000).toBe(endOf('not-yet-valid'));
  await until(async () => shownTo(await open(service)) === 'not-yet-valid');
});

it('half a renewal is no pair to start with', async () => {
  install('valid', 'wrong-name');
  const tls = [{ address: '127.0.0.1:0', certificate: 'tls.pem', key: 'tls.key' }];
  site.configure({ listen: { dns: ['127.0.0.1:0'], workers: 1, tls } });
  await expect(site.start()).rejects.toThrow(LoadRefused);
});

it('half a renewal of a listener that is new refuses the reload', async () => {
  const service = await serve();
  const tls = ['tls', 'other'].map((name) => ({
    ...{ address: '127.0.0.1:0', certificate: `${name}.pem`, key: `${name}.key` },
  }));
  site.write('other.pem', identity('wrong-name').certificate);
  site.write('other.key', identity('valid').key);
  site.configure({ listen: { dns: ['127.0.0.1:0'], http: '127.0.0.1:0', workers: 1, tls } });
  expect(await service.reload('a test')).toBe(false);
  expect(shownTo(await open(service))).toBe('valid');
});

it('no key is ever logged', async () => {
  const service = await serve();
  install('wrong-name', 'valid');
  await until(() => site.logged('is not the key of').length > 0);
  await service.stop();
  const secret = identity('valid').key.split('\n')[1]!;
  expect(secret.length).toBeGreaterThan(40);
  expect(JSON.stringify(site.log)).not.toContain(secret);
  expect(site.logged('PRIVATE KEY')).toEqual([]);
});
