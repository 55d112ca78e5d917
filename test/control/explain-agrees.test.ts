import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/control/explanation.ts';
import type { Service } from '../../src/control/service.ts';
import { formatAddress } from '../../src/ip/address.ts';
import { formatPrefix, parsePrefix, prefixOf } from '../../src/ip/prefix.ts';
import { networks } from './places.ts';
import { askService, get, Site, standardPool } from './site.ts';

const site = new Site();
let service: Service;

beforeAll(async () => {
  const endpoints = [
    ...standardPool.endpoints.map((endpoint, i) => ({ ...endpoint, weight: 1 + (i % 3) })),
    { name: 'us-6', region: 'us-east', address: '2001:db8:1::1' },
    { name: 'eu-6', region: 'eu-central', address: '2001:db8:2::1' },
  ];
  site.configure({
    pools: { app: { endpoints } },
    policies: {
      near: { type: 'nearest', pool: 'app' },
      three: { type: 'nearest', pool: 'app', answers: 3 },
      order: { type: 'failover', pool: 'app', order: ['sa-east', 'us-6'] },
      shares: { type: 'weighted', pool: 'app' },
      inside: { type: 'weighted', pool: 'app', within: 'region' },
    },
    zones: [
      {
        name: 'example.com',
        file: 'example.zone',
        steer: { app: 'near', three: 'three', order: 'order', shares: 'shares', '*.in': 'inside' },
      },
    ],
  });
  service = await site.start();
});
afterAll(() => site.close());

/** Clients in and around the networks that have a place, and anywhere. */
const client = fc
  .record({
    near: fc.constantFrom(...networks.map(([network]) => network)),
    anywhere: fc.boolean(),
    v6: fc.boolean(),
    bits: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    cut: fc.nat(128),
  })
  .map(({ near, anywhere, v6, bits, cut }) => {
    const around = parsePrefix(near)!;
    const family = anywhere ? (v6 ? 6 : 4) : around.address.family;
    const size = family === 4 ? 4 : 16;
    const kept = anywhere ? 0 : around.length;
    const bytes = bits.slice(0, size).map((random, i) => {
      const mask = 0xff00 >>> Math.min(8, Math.max(0, kept - 8 * i));
      return anywhere ? random : (around.address.bytes[i]! & mask) | (random & ~mask & 0xff);
    });
    return formatPrefix(prefixOf({ family, bytes }, 1 + (cut % (8 * size))));
  });

const type = fc.constantFrom('A', 'AAAA', 'TXT', 'MX');

async function explanationOf(name: string, question: string, subnet: string): Promise<Explanation> {
  const query = new URLSearchParams({ name, type: question, client: subnet });
  const response = await get(service, `/api/v1/explain?${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Explanation;
}

/** The data at the end of each record, IPv6 as dns-packet writes it. */
function dataOf({ answer }: Explanation): string[] {
  return answer.records.map((record) => record.split(' ').slice(3).join(' ').replace(/\.$/, ''));
}

describe('explain and the answer to a query with the same client subnet', () => {
  it('agree in records, response code and scope where chance has no part', async () => {
    const names = ['app', 'three', 'order', 'www', 'note', 'nobody', ''].map((label) =>
      `${label}.example.com`.replace(/^\./, ''),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), type, client, async (name, question, subnet) => {
        if (question === 'MX' || question === 'TXT') fc.pre(name !== 'note.example.com');
        const [told, answer] = await Promise.all([
          explanationOf(name, question, subnet),
          askService(service, { name, type: question as 'A', subnet }),
        ]);
        expect(answer.rcode).toBe(told.answer.rcode);
        expect(answer.data.map(plain)).toEqual(dataOf(told).map(plain));
        expect(answer.scope).toBe(told.answer.scope);
      }),
      { numRuns: 250 },
    );
  });

  it('agree in who could be drawn where chance decides', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('shares.example.com', 'any.in.example.com'),
        client,
        async (name, subnet) => {
          const [told, answer] = await Promise.all([
            explanationOf(name, 'A', subnet),
            askService(service, { name, subnet }),
          ]);
          const eligible = told.regions
            .flatMap(({ endpoints }) => endpoints)
            .filter(({ chosen, why }) => chosen || why.includes('not drawn this time'));
          expect(eligible.map(({ address }) => address)).toContain(answer.data[0]);
          expect(answer.scope).toBe(told.answer.scope);
        },
      ),
      { numRuns: 100 },
    );
  });
});

/** One form for addresses that are written in several. */
function plain(data: string): string {
  const address = data.includes(':') ? parsePrefix(`${data}/128`)?.address : undefined;
  return address === undefined ? data : formatAddress(address);
}
