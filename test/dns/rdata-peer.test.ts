import { type Answer, encode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { RrType } from '../../src/dns/constants.ts';
import { readHex } from './read-rdata.ts';

const data = Buffer.from('0123456789abcdef0123456789abcdef01234567', 'hex');
const hash = data.toString('hex');

/** Type, our text, and what an independent encoder is given for the same record. */
const cases: readonly (readonly [keyof typeof RrType, string, unknown])[] = [
  ['A', '192.0.2.1', '192.0.2.1'],
  ['AAAA', '2001:db8::8:800:200c:417a', '2001:db8::8:800:200c:417a'],
  ['NS', 'ns.example.net.', 'ns.example.net'],
  ['CNAME', 'a.b', 'a.b.example.com'],
  ['DNAME', 'b.', 'b'],
  ['PTR', 'host', 'host.example.com'],
  ['MX', '10 mail', { preference: 10, exchange: 'mail.example.com' }],
  ['TXT', '"one two" three', ['one two', 'three']],
  ['HINFO', 'INTEL Linux', { cpu: 'INTEL', os: 'Linux' }],
  ['SRV', '1 2 443 sip', { priority: 1, weight: 2, port: 443, target: 'sip.example.com' }],
  ['CAA', '128 issue "ca.test"', { flags: 128, issuerCritical: true, tag: 'issue', value: 'ca.test' }],
  ['SSHFP', `4 1 ${hash}`, { algorithm: 4, hash: 1, fingerprint: hash }],
  ['TLSA', `3 1 1 ${hash}`, { usage: 3, selector: 1, matchingType: 1, certificate: data }],
  ['DS', `60485 8 3 ${hash}`, { keyTag: 60485, algorithm: 8, digestType: 3, digest: data }],
  ['DNSKEY', `257 3 13 ${data.toString('base64')}`, { flags: 257, algorithm: 13, key: data }],
  [
    'NAPTR',
    '100 50 s SIP+D2U "!^.*$!sip:a@b!" _sip',
    {
      ...{ order: 100, preference: 50, flags: 's', services: 'SIP+D2U', regexp: '!^.*$!sip:a@b!' },
      replacement: '_sip.example.com',
    },
  ],
  [
    'SOA',
    'ns admin 7 1h 30m 2w 300',
    {
      ...{ mname: 'ns.example.com', rname: 'admin.example.com', serial: 7, refresh: 3600, retry: 1800 },
      ...{ expire: 1209600, minimum: 300 },
    },
  ],
  [
    'RRSIG',
    `A 13 2 300 20260131235959 20260101000000 7 @ ${data.toString('base64')}`,
    {
      ...{ typeCovered: 'A', algorithm: 13, labels: 2, originalTTL: 300, expiration: 1769903999 },
      ...{ inception: 1767225600, keyTag: 7, signersName: 'example.com', signature: data },
    },
  ],
  [
    'NSEC',
    'b MX A AAAA CAA DNSKEY',
    { nextDomain: 'b.example.com', rrtypes: ['A', 'MX', 'AAAA', 'DNSKEY', 'CAA'] },
  ],
  [
    'NSEC3',
    '1 1 5 aabb HASH A RRSIG',
    {
      ...{ algorithm: 1, flags: 1, iterations: 5, salt: Buffer.from('aabb', 'hex'), nextDomain: data },
      rrtypes: ['A', 'RRSIG'],
    },
  ],
];

describe('record data against dns-packet', () => {
  for (const [type, text, value] of cases) {
    it(type, () => {
      const answer = { type, name: '.', ttl: 0, class: 'IN', data: value } as Answer;
      const packet = encode({ type: 'response', answers: [answer] });
      // The header, the root as owner, type, class, TTL and length stand before the data.
      const expected = packet.subarray(12 + 1 + 2 + 2 + 4 + 2).toString('hex');
      const written = text.replace('HASH', base32hex(data));
      expect(readHex(RrType[type], written)).toBe(expected);
    });
  }
});

/** RFC 4648 §7, by way of a big number. */
function base32hex(bytes: Uint8Array): string {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    .toString(32)
    .padStart((bytes.length * 8) / 5, '0');
}
