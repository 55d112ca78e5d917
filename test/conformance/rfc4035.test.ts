import { describe, expect, it } from 'vitest';
import { EDNS_DO } from '../../src/dns/constants.ts';
import { packet } from '../query/packet.ts';
import { say } from '../query/say.ts';
import { readAnswer, World } from '../query/world.ts';
import { wireName } from '../zone/load.ts';

const world = new World({
  zones: {
    'example.com': `$TTL 300
@   SOA   ns.example.net. admin 1 2 3 4 60
@   NS    ns.example.net.
www A     192.0.2.1
www RRSIG A 13 3 300 20260131235959 20231114221320 5 example.com. AQID
www NSEC  example.com. A RRSIG NSEC
`,
  },
});

describe('RFC 4035', () => {
  it('§3.1: signatures are data: who asks for them gets them, DO adds none', () => {
    const signed = packet({ name: wireName('www.example.com.'), edns: { flags: EDNS_DO } });
    expect(say(readAnswer(world.send(signed)))).toEqual(['NOERROR aa', 'www.example.com. 300 A 192.0.2.1']);
    expect(world.say('www.example.com', 'RRSIG')).toEqual([
      'NOERROR aa',
      'www.example.com. 300 RRSIG A 13 3 300 20260131235959 20231114221320 5 example.com. AQID',
    ]);
  });

  it('§3.1.6: AD and CD of a query mean nothing to a server that is not recursive', () => {
    const query = packet({ name: wireName('www.example.com.'), flags: 0x0030 });
    expect(say(readAnswer(world.send(query)))[0]).toBe('NOERROR aa');
  });
});
