import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configOf, problemsOf } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: z } ]\n';
const withDns = (dns: string) => `dns: ${dns}\n${zones}`;

describe('dns section', () => {
  it('takes texts, sizes and switches', () => {
    const { dns } = configOf(withDns('{ udp-size: 4096, nsid: n 1, version: v, identity: i, cookies: off }'));
    expect(dns).toEqual({ udpBytes: 4096, nsid: 'n 1', version: 'v', identity: 'i', cookies: 'off' });
  });

  it.each([
    [
      '{ udp-size: 511 }',
      '1:18: `udp-size`: found 511, wanted a whole number from 512 to 4096 [CONFIG_VALUE]',
    ],
    [
      '{ udp-size: 4097 }',
      '1:18: `udp-size`: found 4097, wanted a whole number from 512 to 4096 [CONFIG_VALUE]',
    ],
    [
      '{ nsid: "" }',
      '1:14: `nsid`: found "", wanted `off`, or at most 128 printable ASCII characters [CONFIG_VALUE]',
    ],
    [
      '{ version: "é" }',
      '1:17: `version`: found "é", wanted `off`, or at most 128 printable ASCII characters [CONFIG_VALUE]',
    ],
    [
      '{ cookies: on }',
      '1:17: `cookies`: found "on", wanted `off`, or a mapping with `secrets` [CONFIG_VALUE]',
    ],
    ['{ nsit: a }', '1:8: unknown key `nsit`; did you mean `nsid`? [CONFIG_KEY]'],
  ])('tells of %s', (dns, problem) => {
    expect(problemsOf(withDns(dns))).toEqual([problem]);
  });
});

describe('secrets of cookies', () => {
  const yaml = withDns('{ cookies: { secrets: s } }');
  const file = (text: string) => ({ [resolve('s')]: text });
  const secret = 'e5e973e5a6b2a43f48e7dc849e37bfcf';

  it('are read in their order; blank lines and comments are passed over', () => {
    const { dns } = configOf(yaml, file(`# new\n${secret}\r\n\n  ${'00'.repeat(16).toUpperCase()}  \n`));
    const secrets = [Uint8Array.from(Buffer.from(secret, 'hex')), new Uint8Array(16)];
    expect(dns.cookies).toEqual(secrets);
  });

  // The message must never show what may be a secret with one digit too many.
  it.each([
    ['no file', undefined, 'cannot read `s`: no such file [CONFIG_READ]'],
    ['no secret', '# none\n', '`s` holds 0 secrets; wanted 1 to 4 [CONFIG_VALUE]'],
    ['too many', `${secret}\n`.repeat(5), '`s` holds 5 secrets; wanted 1 to 4 [CONFIG_VALUE]'],
    [
      'a digit too many',
      `${secret}\n${secret}0\n`,
      '`s` has something else on line 2; wanted 32 hexadecimal digits [CONFIG_VALUE]',
    ],
    [
      'no hexadecimal digits',
      'x'.repeat(32),
      '`s` has something else on line 1; wanted 32 hexadecimal digits [CONFIG_VALUE]',
    ],
  ])('tells of %s', (_title, text, problem) => {
    expect(problemsOf(yaml, text === undefined ? {} : file(text))).toEqual([`1:28: ${problem}`]);
  });
});
