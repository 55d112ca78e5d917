import { describe, expect, it } from 'vitest';
import type { Monitor } from '../../src/config/model.ts';
import { checkKey, identityOf, targetOf } from '../../src/health/target.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { check, endpoint, monitor, tcpCheck } from './world.ts';

const here = endpoint('a', '192.0.2.1');
const identity = { certificate: 'c', key: 'k' };
const tls = {
  ...{ verifyCertificate: true, ca: undefined, identity: undefined },
  ...{ warnDays: 14, failDays: undefined },
};
const elsewhere = { ...here, probe: { address: parseAddress('10.1.0.7')!, port: 81 } };
const tcp: Monitor = { ...monitor, check: tcpCheck };
const plain: Monitor = { ...monitor, check: { ...check, port: 80, host: undefined } };

describe('targetOf', () => {
  it.each([
    ['the port of the monitor', here, monitor, { address: '192.0.2.1', port: 8080, host: 'web.example' }],
    ['the address as host', here, plain, { address: '192.0.2.1', port: 80, host: '192.0.2.1' }],
    [
      'the probe address, called by the served one',
      elsewhere,
      plain,
      { address: '10.1.0.7', port: 81, host: '192.0.2.1' },
    ],
    ['tcp', here, tcp, { address: '192.0.2.1', port: 25, host: '192.0.2.1' }],
    ['IPv6', endpoint('a', '2001:db8::1'), tcp, { address: '2001:db8::1', port: 25, host: '2001:db8::1' }],
  ])('%s', (_, where, by, target) => {
    expect(targetOf(where, by)).toEqual(target);
  });

  it('names the address that probes come from', () => {
    const from = { ...tcp, source: parseAddress('192.0.2.9')! };
    expect(targetOf(here, from).source).toBe('192.0.2.9');
    expect(checkKey(targetOf(here, from), from)).not.toBe(checkKey(targetOf(here, tcp), tcp));
  });

  it('without any port the place is none', () => {
    expect(targetOf(here, { ...monitor, check: { ...tcpCheck, port: undefined } }).port).toBe(0);
  });
});

describe('checkKey', () => {
  const key = (by: Monitor): string => checkKey(targetOf(here, by), by);

  it('is the same for monitors that differ in name only', () => {
    expect(key({ ...monitor, name: 'other' })).toBe(key(monitor));
  });

  it('is the same wherever the port is named, and whatever is served', () => {
    const served = endpoint('b', '192.0.2.2');
    const beside = { ...served, probe: { ...here.probe, port: 25 } };
    const other = { ...tcp, check: { ...tcpCheck, port: 26 } };
    expect(checkKey(targetOf(beside, other), other)).toBe(checkKey(targetOf(here, tcp), tcp));
    // A Host header tells them apart.
    expect(checkKey(targetOf(beside, plain), plain)).not.toBe(checkKey(targetOf(here, plain), plain));
  });

  it('is short, whatever certificates the check holds', () => {
    const ca = 'x'.repeat(1_000_000);
    expect(key({ ...monitor, check: { ...check, tls: { ...tls, ca } } }).length).toBeLessThan(200);
  });

  it.each<[string, Monitor]>([
    ['interval', { ...monitor, intervalMs: 1 }],
    ['timeout', { ...monitor, timeoutMs: 1 }],
    ['fall', { ...monitor, fall: 1 }],
    ['rise', { ...monitor, rise: 1 }],
    ['path', { ...monitor, check: { ...check, path: '/' } }],
    ['host', { ...monitor, check: { ...check, host: 'other.example' } }],
    ['source', { ...monitor, source: parseAddress('192.0.2.9') }],
    ['certificate shown', { ...monitor, check: { ...check, tls: { ...tls, identity } } }],
    ['days left', { ...monitor, check: { ...check, tls } }],
    ['port', { ...monitor, check: { ...check, port: 1 } }],
  ])('differs with the %s', (_, by) => {
    expect(key(by)).not.toBe(key(monitor));
  });
});

describe('identityOf', () => {
  it('holds nothing of what the check sends', () => {
    const secret = { ...monitor, check: { ...check, headers: { authorization: 'secret' } } };
    expect(identityOf(here, secret)).toMatch(/^[\w-]{22}$/);
    expect(identityOf(here, secret)).not.toBe(identityOf(here, monitor));
  });

  it('differs with the address, the place probed and the check, not with the pace', () => {
    const same = identityOf(here, monitor);
    expect(identityOf(endpoint('a', '192.0.2.2'), monitor)).not.toBe(same);
    expect(identityOf(elsewhere, monitor)).not.toBe(same);
    expect(identityOf(here, tcp)).not.toBe(same);
    expect(identityOf(here, { ...monitor, intervalMs: 1, fall: 9 })).toBe(same);
  });
});

describe('targets of checks that ask for more than a place', () => {
  const subject = { pool: 'app', endpoint: 'a', region: 'eu' };
  const push = { type: 'push', port: 0, staleMs: 60_000 } as const;
  const exec = { type: 'exec', port: 0, command: ['/bin/true'] } as const;

  it('name whom they are about, so that endpoints in one place are told apart', () => {
    for (const check of [push, exec])
      expect(targetOf(here, { check, source: undefined }, subject)).toMatchObject({ subject });
    expect(targetOf(here, monitor, subject)).not.toHaveProperty('subject');
  });

  it('go into parts, each with its own source', () => {
    const source = endpoint('s', '192.0.2.9').address;
    const parts = [
      { name: 'ci', source: undefined, check: push },
      { name: 'ping', source, check: { type: 'icmp', port: 0 } as const },
    ];
    const check = { type: 'all-of', port: 0, need: 2, parts } as const;
    const { parts: targets } = targetOf(here, { check, source: undefined }, subject);
    expect(targets).toEqual([
      expect.objectContaining({ subject }),
      expect.objectContaining({ source: '192.0.2.9' }),
    ]);
    expect(targets![1]).not.toHaveProperty('subject');
  });
});
