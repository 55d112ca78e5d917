import { X509Certificate } from 'node:crypto';
import { limits } from '../runtime/limits.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings } from './findings.ts';
import { readNamedFile } from './named-file.ts';
import type { Path } from './source.ts';
import { showName } from './wording.ts';

/** The text of a PEM file after a look at each certificate in it; undefined after an error at `path`. */
export function readAuthorities(
  file: string,
  path: Path,
  environment: LoadEnvironment,
  base: string,
  findings: Findings,
): string | undefined {
  const pem = readNamedFile(file, limits.caFileBytes, path, environment, base, findings);
  if (pem === undefined) return undefined;
  const fault = faultOf(pem);
  if (fault === undefined) return pem;
  findings.error('CONFIG_VALUE', path, `${showName(file)} ${fault}; wanted certificates in PEM form`);
  return undefined;
}

function faultOf(pem: string): string | undefined {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0) return 'holds no certificate';
  const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
  return broken < 0 ? undefined : `holds a broken certificate, number ${broken + 1}`;
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
