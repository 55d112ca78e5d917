import { describe, expect, it } from 'vitest';
import { typeNumber } from '../../src/dns/constants.ts';
import { packet } from '../query/packet.ts';
import { World } from '../query/world.ts';
import { wireName } from '../zone/load.ts';

const world = new World({
  zones: {
    'example.com': `$TTL 300
@       SOA   ns.example.net. admin 1 2 3 4 60
@       NS    ns.example.net.
unknown TYPE65280 \\# 14 03 777777 07 6578616d706c65 00 C0
mail    MX        10 mail.example.com.
service SRV       1 2 53 mail.example.com.
`,
  },
});
const rdata = (name: string, type: string) =>
  Buffer.from(world.ask(name, type).answer[0]!.rdata).toString('hex');

describe('RFC 3597', () => {
  it('§3, §4: data of an unknown type comes bit by bit, whatever it looks like', () => {
    expect(rdata('unknown.example.com', 'TYPE65280')).toBe('0377777707' + '6578616d706c65' + '00c0');
  });

  it('§4: names are compressed in the types of RFC 1035 and in no other', () => {
    const length = (name: string, type: string) => world.send(question(name, type))!.length;
    // Owner pointer, fixed part, preference, label and pointer; the name written out.
    expect(length('mail.example.com', 'MX') - question('mail.example.com', 'MX').length).toBe(12 + 2 + 2);
    expect(length('service.example.com', 'SRV') - question('service.example.com', 'SRV').length).toBe(
      12 + 6 + 18,
    );
  });
});

function question(name: string, type: string): Uint8Array {
  return packet({ name: wireName(`${name}.`), type: typeNumber(type)! });
}
