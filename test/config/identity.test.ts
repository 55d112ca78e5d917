import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { systemEnvironment } from '../../src/config/system-environment.ts';
import { loadText, problemsOf } from './load-text.ts';

const fixture = (name: string) =>
  readFileSync(resolve(import.meta.dirname, '../fixtures/tls', name), 'latin1');

const yaml = (certificate: string, key: string) =>
  `listen: { tls: [ { address: "0.0.0.0:853", certificate: ${certificate}, key: ${key} } ] }
zones: [ { name: example.com, file: z } ]
`;

function problems(certificate: string, key: string, keyFile = 'k.pem'): string[] {
  const files = { [resolve('c.pem')]: certificate, [resolve(keyFile)]: key };
  return problemsOf(yaml('c.pem', keyFile), files);
}

const valid = fixture('valid.pem');
const validKey = fixture('valid.key.pem');
const encrypted = generateKeyPairSync('ec', {
  namedCurve: 'prime256v1',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

describe('the certificate and key of a TLS listener', () => {
  it('are taken with a chain behind the certificate', () => {
    expect(problems(valid + fixture('authority.pem'), validKey)).toEqual([]);
  });

  it.each([
    [
      'of two pairs',
      [valid, fixture('expired.key.pem')],
      '1:69: `k.pem` is not the key of `c.pem` [CONFIG_VALUE]',
    ],
    [
      'in the wrong order',
      [validKey, valid],
      '1:57: `c.pem` holds no certificate in PEM form [CONFIG_VALUE]',
    ],
    [
      'with a key that has a password',
      [valid, encrypted],
      '1:69: `k.pem` is locked with a password, which nobody can enter at a start; unlock it: `openssl pkey -in k.pem -out NEW` [CONFIG_VALUE]',
    ],
    [
      'with a key that has a password in the old way',
      [
        valid,
        '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n',
      ],
      '1:69: `k.pem` is locked with a password, which nobody can enter at a start; unlock it: `openssl pkey -in k.pem -out NEW` [CONFIG_VALUE]',
    ],
    ['without a key', [valid, 'none'], '1:69: `k.pem` holds no private key in PEM form [CONFIG_VALUE]'],
    [
      'with a broken chain',
      [valid + fixture('authority.pem').replace(/\n.{64}\n/, '\n'), validKey],
      '1:57: `c.pem` is not accepted by OpenSSL: a broken chain, or too weak a key [CONFIG_VALUE]',
    ],
    [
      'that expired',
      [fixture('expired.pem'), fixture('expired.key.pem')],
      '1:57: warning: `c.pem` has expired on 2024-02-01 [CONFIG_VALUE]',
    ],
    [
      'of the future',
      [fixture('not-yet-valid.pem'), fixture('not-yet-valid.key.pem')],
      '1:57: warning: `c.pem` is not valid before 2120-01-01 [CONFIG_VALUE]',
    ],
  ] as const)('are told of when they are %s', (_, [certificate, key], message) => {
    expect(problems(certificate, key)).toContain(message);
    expect(loadText(yaml('c.pem', 'k.pem'), {}).config).toBeUndefined();
  });

  it('draw a warning when everybody may read the key', () => {
    expect(problems(valid, validKey, 'open.pem')).toEqual([
      '1:69: warning: `open.pem` may be read by every user of this machine; wanted mode 0640 or less [CONFIG_VALUE]',
    ]);
  });

  it('say which file is not there', () => {
    expect(problemsOf(yaml('c.pem', 'k.pem'))).toEqual([
      '1:57: cannot read `c.pem`: no such file [CONFIG_READ]',
      '1:69: cannot read `k.pem`: no such file [CONFIG_READ]',
    ]);
  });

  it('are never quoted in a message', () => {
    const torn = validKey.replace(/\n.{40}/, '\n');
    const secrets = validKey.split('\n').filter((line) => line.length > 20 && !line.startsWith('-'));
    const told = problems(valid, torn).join();
    expect(told).toContain('k.pem');
    for (const secret of secrets) expect(told).not.toContain(secret.slice(-20));
  });
});

describe('on the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'meridian-identity-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.runIf(process.platform !== 'win32')('the mode of the key file is looked at', () => {
    writeFileSync(join(folder, 'c.pem'), valid);
    writeFileSync(join(folder, 'k.pem'), validKey, { mode: 0o640 });
    writeFileSync(join(folder, 'config.yaml'), yaml('c.pem', 'k.pem'));
    const told = () => loadConfig(join(folder, 'config.yaml'), systemEnvironment('.state')).problems.length;
    expect(told()).toBe(0);
    chmodSync(join(folder, 'k.pem'), 0o644);
    expect(told()).toBe(1);
  });
});
