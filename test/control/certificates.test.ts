import type { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { framed, identity, overTls, query, TcpClient } from '../server/clients.ts';
import { metric, Site } from './site.ts';
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

it('half a renewal changes nothing; its other half is noticed too', async () => {
  const service = await serve();
  install('wrong-name', 'valid');
  await until(() => site.logged('is not the key of').length > 0);
  expect(shownTo(await open(service))).toBe('valid');
  install('wrong-name');
  await until(async () => shownTo(await open(service)) === 'wrong-name');
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
