import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/ip/address.ts';
import { reservedPrefix4 } from '../../src/ip/reserved.ts';
import { World } from '../query/world.ts';

const regions = ['us', 'eu', 'ap'] as const;
const config = `
regions: { us: { location: [ 39, -77 ] }, eu: { location: [ 53, -6 ] }, ap: { location: [ 1, 103 ] } }
pools:
  app: { endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 }, { name: c, region: ap, address: 192.0.2.3 } ] }
policies: { app: { type: nearest, pool: app } }
zones: [ { name: example.com, file: example.com, steer: { app: app } } ]
`;
const zones = { 'example.com': '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 60\n@ NS ns.example.net.\n' };

/** Networks that nest around few places. */
const network = fc
  .record({
    base: fc.constantFrom(0x05000000, 0x05100500, 0x051005ff, 0x5a000000),
    flip: fc.nat(31),
    length: fc.integer({ min: 3, max: 32 }),
    region: fc.constantFrom(...regions),
  })
  .map(({ base, flip, length, region }) => {
    const address = ((base ^ (1 << flip)) & -(2 ** (32 - length))) >>> 0;
    return [`${text(address)}/${length}`, region] as const;
  });
const scene = fc.record({
  networks: fc.array(network, { minLength: 1, maxLength: 12 }),
  near: fc.array(fc.tuple(fc.constantFrom(0x05000000, 0x05100500, 0x5a000000), fc.nat()), {
    minLength: 10,
    maxLength: 10,
  }),
  source: fc.integer({ min: 8, max: 32 }),
});

describe('the scope of an answer (RFC 7871 §7.2.1)', () => {
  it('is a prefix inside of which everyone gets this answer, and that scope', () => {
    fc.assert(
      fc.property(
        scene,
        fc.array(fc.nat(0xffffffff), { minLength: 20, maxLength: 20 }),
        ({ networks, near, source }, bits) => {
          const world = new World({ config, zones, networks: Object.fromEntries(networks) });
          for (const [base, noise] of near) {
            const address = (base ^ (noise & 0x0fffffff)) >>> 0;
            const asked = (source === 32 ? address : address & ~(0xffffffff >>> source)) >>> 0;
            if (reservedPrefix4(asked) > 0) continue;
            const first = tell(world, asked, source);
            for (const random of bits) {
              const inside =
                (asked ^
                  (first.scope === 32
                    ? 0
                    : random & (first.scope === 0 ? -1 : 0xffffffff >>> first.scope))) >>>
                0;
              // A reserved address is placed by who asks for it, not by the map.
              if (reservedPrefix4(inside) > 0) continue;
              expect(tell(world, inside, 32), `${text(asked)} and ${text(inside)}`).toEqual(first);
            }
          }
        },
      ),
      { numRuns: 15 },
    );
  });
});

function tell(world: World, address: number, source: number) {
  const message = world.ask('app.example.com', 'A', { subnet: `${text(address)}/${source}` });
  return { answer: [...message.answer[0]!.rdata], scope: message.edns!.subnet!.scope };
}

function text(address: number): string {
  return formatAddress({
    family: 4,
    bytes: Uint8Array.of(address >>> 24, address >>> 16, address >>> 8, address),
  });
}
