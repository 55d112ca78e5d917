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
    [
      '{ identity: 12 }',
      '1:18: `identity`: found 12, wanted `off`, or at most 128 printable ASCII characters; put it in quotes [CONFIG_VALUE]',
    ],
    ['{ cookies: { secret: x } }', '1:19: unknown key `secret`; did you mean `secrets`? [CONFIG_KEY]'],
    ['{ cookies: { file: x } }', '1:19: unknown key `file`; known here: secrets [CONFIG_KEY]'],
    ['{ nsit: a }', '1:8: unknown key `nsit`; did you mean `nsid`? [CONFIG_KEY]'],
  ])('tells of %s', (dns, problem) => {
    expect(problemsOf(withDns(dns))).toEqual([problem]);
  });
});

describe('secrets of cookies', () => {
  const yaml = withDns('{ cookies: { secrets: s } }');
  const file = (text: string) => ({ [resolve('s')]: text });
  const secret = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, i) => `${i + 1}`.padStart(32, '0')).join('\n');

  it('are read in their order; blank lines and comments are passed over', () => {
    const text = `# new\n${secret}# since May\r\n\n  ${'ab'.repeat(16).toUpperCase()}  # old\n`;
    const { dns } = configOf(yaml, file(text));
    const secrets = [Uint8Array.from(Buffer.from(secret, 'hex')), new Uint8Array(16).fill(0xab)];
    expect(dns.cookies).toEqual(secrets);
  });

  it('tell all their faults at once', () => {
    expect(problemsOf(yaml, file(`x\n${secret}\ny\n`))).toEqual([
      '1:28: `s:1` is no secret; wanted 32 hexadecimal digits [CONFIG_VALUE]',
      '1:28: `s:3` is no secret; wanted 32 hexadecimal digits [CONFIG_VALUE]',
    ]);
  });

  it('draw a warning when everybody may read them', () => {
    const open = withDns('{ cookies: { secrets: open } }');
    expect(problemsOf(open, { [resolve('open')]: secret })).toEqual([
      '1:28: warning: `open` may be read by every user of this machine; wanted mode 0640 or less [CONFIG_VALUE]',
    ]);
  });

  // The message must never show what may be a secret with one digit too many.
  it.each([
    ['no file', undefined, 'cannot read `s`: no such file [CONFIG_READ]'],
    ['no secret', '# none\n', '`s` holds 0 secrets; wanted 1 to 4 [CONFIG_VALUE]'],
    ['too many', numbered(5), '`s` holds 5 secrets; wanted 1 to 4 [CONFIG_VALUE]'],
    [
      'a digit too many',
      `${secret}\n${secret}0\n`,
      '`s:2` is no secret; wanted 32 hexadecimal digits [CONFIG_VALUE]',
    ],
    [
      'no hexadecimal digits',
      'x'.repeat(32),
      '`s:1` is no secret; wanted 32 hexadecimal digits [CONFIG_VALUE]',
    ],
    [
      'a secret that stands twice',
      `${secret}\n# again\n${secret.toUpperCase()}\n`,
      '`s:3` is the secret of line 1 again [CONFIG_VALUE]',
    ],
    [
      'zeros',
      `${secret}\n${'0'.repeat(32)}`,
      '`s:2` is all zeros, which everybody can guess; `openssl rand -hex 16` makes a secret [CONFIG_VALUE]',
    ],
  ])('tells of %s', (_title, text, problem) => {
    expect(problemsOf(yaml, text === undefined ? {} : file(text))).toEqual([`1:28: ${problem}`]);
  });
});
