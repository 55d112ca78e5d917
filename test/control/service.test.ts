import dns2 from 'dns2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { addresses, askService, Site } from './site.ts';

const site = new Site();
let service: Service;
let v6: number;

beforeAll(async () => {
  site.configure({ listen: { dns: ['127.0.0.1:0', '[::1]:0'], http: '127.0.0.1:0', workers: 2 } });
  service = await site.start();
  v6 = service.ports.dns[1]!;
});
afterAll(() => site.close());

const cases = [
  { from: 'London', subnet: '81.2.69.0/24', region: 'eu-west', scope: 20 },
  { from: 'Munich', subnet: '81.2.80.0/25', region: 'eu-central', scope: 25 },
  { from: 'Seattle', subnet: '45.1.2.0/24', region: 'us-west', scope: 10 },
  { from: 'Auckland', subnet: '103.1.2.0/26', region: 'ap-sydney', scope: 26 },
  { from: 'London over IPv6', subnet: '2a00:23c1::/40', region: 'eu-west', scope: 26 },
  { from: 'Virginia over IPv6', subnet: '2600::/56', region: 'us-east', scope: 20 },
] as const;

describe.each([
  { transport: 'udp' as const, host: '127.0.0.1' },
  { transport: 'tcp' as const, host: '127.0.0.1' },
  { transport: 'udp' as const, host: '::1' },
  { transport: 'tcp' as const, host: '::1' },
])('a service asked over $transport on $host', ({ transport, host }) => {
  const to = () => ({ transport, host, port: host === '::1' ? v6 : service.ports.dns[0]! });

  it.each(cases)('sends $from to $region for the whole prefix', async ({ subnet, region, scope }) => {
    const answer = await askService(service, { name: 'app.example.com', subnet, ...to() });
    expect(answer).toMatchObject({ rcode: 'NOERROR', data: [addresses[region]], ttl: 20 });
    expect(answer.scope).toBe(scope);
  });

  it('answers from the zone', async () => {
    const soa = await askService(service, { name: 'example.com', type: 'SOA', ...to() });
    expect(soa).toMatchObject({ rcode: 'NOERROR', ttl: 3600 });
    const nobody = await askService(service, { name: 'nobody.example.com', ...to() });
    expect(nobody).toMatchObject({ rcode: 'NXDOMAIN', data: [] });
    const abroad = await askService(service, { name: 'evilexample.com', ...to() });
    expect(abroad).toMatchObject({ rcode: 'REFUSED', data: [] });
  });

  it('follows an alias to a steered name', async () => {
    const answer = await askService(service, { name: 'www.example.com', subnet: '81.2.69.0/24', ...to() });
    expect(answer.data).toEqual(['app.example.com', addresses['eu-west']]);
    expect(answer.scope).toBe(20);
  });
});

describe('a service asked by dns2', () => {
  it.each(['udp', 'tcp'] as const)('answers over %s', async (transport) => {
    const at = { dns: '127.0.0.1', port: service.ports.dns[0]! };
    const client = transport === 'udp' ? dns2.UDPClient(at) : dns2.TCPClient(at);
    const { answers } = await client('app.example.com', 'A', undefined, { clientIp: '81.2.80.0/25' });
    expect(answers.map((record) => record.address)).toEqual([addresses['eu-central']]);
  });
});

describe('two services', () => {
  it('do not take each other’s port', async () => {
    const other = new Site();
    other.configure({ listen: { dns: [`127.0.0.1:${service.ports.dns[0]}`], http: 'off', workers: 1 } });
    await expect(other.start()).rejects.toMatchObject({
      code: 'LISTEN',
      message: `cannot listen on udp 127.0.0.1:${service.ports.dns[0]}: address already in use`,
    });
    await other.close();
  });
});
