import { describe, expect, it } from 'vitest';
import { World } from '../query/world.ts';

const world = new World({
  config: `
regions: { eu: { location: [53.35, -6.26] } }
pools: { app: { endpoints: [ { name: e, region: eu, address: 192.0.2.2 } ] } }
policies: { app: { type: nearest, pool: app, ttl: 20s } }
zones: [ { name: example.com, file: z, steer: { app.new: app } }, { name: gone.example, file: gone } ]
`,
  zones: {
    z: '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 60\n@ NS ns.example.net.\nold DNAME new\n',
    gone: '$TTL 300\n@ SOA ns.example.net. admin 1 2 3 4 60\n@ NS ns.example.net.\n@ DNAME example.com.\n',
  },
});

describe('RFC 6672', () => {
  it('§3.2: a question for CNAME goes on at the target as well', () => {
    expect(world.say('app.old.example.com', 'CNAME')).toEqual([
      'NOERROR aa',
      'old.example.com. 300 DNAME new.example.com.',
      'app.old.example.com. 300 CNAME app.new.example.com.',
      'authority example.com. 60 SOA ns.example.net. admin.example.com. 1 2 3 4 60',
    ]);
  });

  it('§2.3: at an apex it redirects all names below, beside SOA and NS', () => {
    expect(world.say('gone.example', 'NS')).toEqual(['NOERROR aa', 'gone.example. 300 NS ns.example.net.']);
    expect(world.say('www.gone.example')[0]).toBe('NXDOMAIN aa');
  });

  it('leads to steered names', () => {
    expect(world.say('app.old.gone.example').at(-1)).toBe('app.new.example.com. 20 A 192.0.2.2');
  });
});
