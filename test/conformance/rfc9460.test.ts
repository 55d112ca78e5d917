import { describe, expect, it } from 'vitest';
import { World } from '../query/world.ts';

const world = new World({
  config: `
regions: { eu: { location: [53.35, -6.26] } }
pools: { app: { endpoints: [ { name: e, region: eu, address: 192.0.2.2 } ] } }
policies: { app: { type: nearest, pool: app, ttl: 20s } }
zones: [ { name: example.com, file: z, steer: { "@": app, www: app } } ]
`,
  zones: {
    z: `$TTL 300
@     SOA   ns.example.net. admin 1 2 3 4 60
@     NS    ns.example.net.
@     HTTPS 0 www
www   HTTPS 1 . alpn=h2,h3
*.any HTTPS 1 www port=8443
`,
  },
});

describe('RFC 9460', () => {
  it('§2.4.2, §9.1: an apex that is steered has an alias for HTTPS beside its addresses', () => {
    expect(world.ask('example.com', 'HTTPS').answer).toHaveLength(1);
    expect(world.say('example.com')).toEqual(['NOERROR aa', 'example.com. 20 A 192.0.2.2']);
  });

  it('§2.5: a target of the root stands as it is', () => {
    expect(world.say('www.example.com', 'HTTPS')).toContain('www.example.com. 300 HTTPS 1 . alpn="h2,h3"');
  });

  it('§2.2: the target is not compressed', () => {
    expect(Buffer.from(world.ask('www.example.com', 'HTTPS').answer[0]!.rdata)[2]).toBe(0);
    const { rdata } = world.ask('x.any.example.com', 'HTTPS').answer[0]!;
    expect(Buffer.from(rdata).toString('latin1')).toContain('\x03www\x07example\x03com\x00');
  });
});
