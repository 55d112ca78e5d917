import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { warnOfReaders } from './private-file.ts';
import { readFailure } from './read-failure.ts';
import type { Path } from './source.ts';
import type { TlsIdentity } from './tls-model.ts';
import { showName, showPath } from './wording.ts';

export interface IdentityFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Reads a certificate with its chain and its key, and tells what is wrong with them: that they cannot be used is an
 * error at the key of the file in question below `path`; that clients will not like them is a warning.
 */
export function readIdentity(
  files: IdentityFiles,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): TlsIdentity | undefined {
  const pem = (key: keyof IdentityFiles): string | undefined =>
    readPem(files[key], [...path, key], environment, base, findings);
  const [chain, keyText] = [pem('certificate'), pem('key')];
  if (chain === undefined || keyText === undefined) return undefined;
  const wrong = (key: keyof IdentityFiles, what: string): undefined => {
    findings.error('CONFIG_VALUE', [...path, key], `${showName(files[key])} ${what}`);
  };
  const certificate = attempt(() => new X509Certificate(chain));
  if (certificate === undefined) wrong('certificate', 'holds no certificate in PEM form');
  const key = attempt(() => createPrivateKey(keyText));
  if (key === undefined) wrong('key', keyFault(files.key, keyText));
  if (certificate === undefined || key === undefined) return undefined;
  if (!fits(certificate, key)) return wrong('key', `is not the key of ${showName(files.certificate)}`);
  // OpenSSL has further rules, such as the least size of a key, and reads the rest of the chain.
  if (attempt(() => createSecureContext({ cert: chain, key: keyText })) === undefined)
    return wrong('certificate', 'is not accepted by OpenSSL: a broken chain, or too weak a key');
  warnOfDates(certificate, files.certificate, [...path, 'certificate'], environment, findings);
  warnOfReaders(files.key, [...path, 'key'], environment, base, findings);
  return { certificate: chain, key: keyText };
}

function readPem(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): string | undefined {
  try {
    return Buffer.from(environment.read(resolve(base, file), limits.tlsFileBytes)).toString('latin1');
  } catch (error) {
    findings.error('CONFIG_READ', path, `cannot read ${showName(file)}: ${readFailure(error)}`);
    return undefined;
  }
}

/** Encrypted in one of the two ways there are: PKCS #8, or that of old OpenSSL. */
function keyFault(file: string, pem: string): string {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(pem)
    ? `is locked with a password, which nobody can enter at a start; unlock it: ${showPath(`openssl pkey -in ${file} -out NEW`)}`
    : 'holds no private key in PEM form';
}

/** An expired certificate serves those who do not look at it (opportunistic TLS), so the load goes on. */
function warnOfDates(
  { validFrom, validTo }: X509Certificate,
  file: string,
  path: Path,
  { nowMs }: LoadEnvironment,
  findings: Findings,
): void {
  if (nowMs > Date.parse(validTo))
    findings.warning('CONFIG_VALUE', path, `${showName(file)} has expired on ${day(validTo)}`);
  if (nowMs < Date.parse(validFrom))
    findings.warning('CONFIG_VALUE', path, `${showName(file)} is not valid before ${day(validFrom)}`);
}

function day(date: string): string {
  return new Date(Date.parse(date)).toISOString().slice(0, 10);
}

function fits(certificate: X509Certificate, key: KeyObject): boolean {
  return attempt(() => certificate.checkPrivateKey(key)) ?? false;
}

/** What is wrong with a key is not repeated to anybody: errors of the parser may quote it. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
