import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import type { TlsPair } from './model.ts';
import { warnOfReaders } from './private-file.ts';
import { readFailure } from './read-failure.ts';
import type { Path } from './source.ts';
import { showName, showPath } from './wording.ts';

type Files = TlsPair['files'];

/**
 * Reads a certificate with its chain and its key. That clients will not like them is a warning at the key of the file
 * below `path`; that they cannot be used is an error. While files are renewed one after the other they do not fit for a
 * moment, or for good if the renewal fails: the pair of these files that is in use stays then, with a warning.
 *
 * `named`: the files as the operator wrote them; `files`: where they are.
 */
export function readPair(
  named: Files,
  files: Files,
  path: Path,
  environment: LoadEnvironment,
  findings: Findings,
): TlsPair | undefined {
  const faults: Fault[] = [];
  const pair = usablePair(named, files, environment, faults);
  if (pair === undefined) {
    const inUse = environment.pairsInUse.find(
      ({ files: { certificate, key } }) => certificate === files.certificate && key === files.key,
    );
    for (const { code, key, text } of faults) {
      if (inUse === undefined) findings.error(code, [...path, key], text);
      else findings.warning(code, [...path, key], `${text}; the certificate and key in use stay`);
    }
    return inUse;
  }
  const warn = (key: keyof Files, text: string): void =>
    findings.warning('CONFIG_VALUE', [...path, key], `${showName(named[key])} ${text}`);
  warnOfDates(pair.certificate, environment, (text) => warn('certificate', text));
  warnOfReaders(named.key, files.key, [...path, 'key'], environment, findings);
  return { files, identity: pair.identity, expiresAtMs: Date.parse(pair.certificate.validTo) };
}

/** Why a pair cannot be used. */
interface Fault {
  readonly code: 'CONFIG_READ' | 'CONFIG_VALUE';
  readonly key: keyof Files;
  readonly text: string;
}

function usablePair(named: Files, files: Files, environment: LoadEnvironment, faults: Fault[]) {
  const wrong = (key: keyof Files, what: string): undefined => {
    faults.push({ code: 'CONFIG_VALUE', key, text: `${showName(named[key])} ${what}` });
  };
  const pem = (key: keyof Files): string | undefined => {
    try {
      return Buffer.from(environment.read(files[key], limits.tlsFileBytes)).toString('latin1');
    } catch (error) {
      const text = `cannot read ${showName(named[key])}: ${readFailure(error)}`;
      faults.push({ code: 'CONFIG_READ', key, text });
      return undefined;
    }
  };
  const [chain, keyText] = [pem('certificate'), pem('key')];
  if (chain === undefined || keyText === undefined) return undefined;
  const certificate = attempt(() => new X509Certificate(chain));
  if (certificate === undefined) wrong('certificate', 'holds no certificate in PEM form');
  const key = attempt(() => createPrivateKey(keyText));
  if (key === undefined) wrong('key', keyFault(named.key, keyText));
  if (certificate === undefined || key === undefined) return undefined;
  if (!fits(certificate, key)) return wrong('key', `is not the key of ${showName(named.certificate)}`);
  // OpenSSL has further rules, such as the least size of a key, and reads the rest of the chain.
  if (attempt(() => createSecureContext({ cert: chain, key: keyText })) === undefined)
    return wrong('certificate', 'is not accepted by OpenSSL: a broken chain, or too weak a key');
  return { certificate, identity: { certificate: chain, key: keyText } };
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
  { nowMs }: LoadEnvironment,
  warn: (text: string) => void,
): void {
  if (nowMs > Date.parse(validTo)) warn(`has expired on ${day(validTo)}`);
  if (nowMs < Date.parse(validFrom)) warn(`is not valid before ${day(validFrom)}`);
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
