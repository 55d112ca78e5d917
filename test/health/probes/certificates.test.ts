import { X509Certificate } from 'node:crypto';
import type net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ProbeTls } from '../../../src/config/tls-model.ts';
import { certificateOf, requireDaysLeft } from '../../../src/health/probes/certificate.ts';
import { createProbes } from '../../../src/health/probes/network.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { Reports } from '../../../src/health/reports.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { patientMs, shortMs, visit } from './shared.ts';
import { answer, certificate, httpsCheck, listen, type TestServer, tlsCheck, trusting } from './targets.ts';

const networkProbes = createProbes(new Reports(systemClock));

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready';
const silence = (): void => {};
const types = ['https', 'tls'] as const;

async function probe(
  type: (typeof types)[number],
  server: TestServer,
  tls: Partial<ProbeTls> = {},
  host = '127.0.0.1',
  deadlineMs = patientMs,
): Promise<ProbeResult> {
  const target = { ...server.target, host };
  const settings = { ...trusting, ...tls };
  const run = (signal: AbortSignal) =>
    type === 'tls'
      ? networkProbes.tls(target, { ...tlsCheck, tls: settings }, signal)
      : networkProbes.https(target, { ...httpsCheck, tls: settings }, signal);
  return await visit({ probe: run, open: server.open, close: server.close }, deadlineMs);
}

describe.each(types)('%s: certificates', (type) => {
  const unchecked = { verifyCertificate: false };
  const cases: [string, string, Partial<ProbeTls>, string, ProbeResult['code'], string][] = [
    ['for the name', 'valid', {}, 'web.example', 'success', ''],
    ['for the address', 'valid', {}, '127.0.0.1', 'success', ''],
    [
      'of an authority that is not given',
      'valid',
      { ca: undefined },
      '127.0.0.1',
      'tls',
      'unknown authority',
    ],
    ['expired', 'expired', {}, '127.0.0.1', 'tls', 'certificate has expired'],
    ['not valid yet', 'not-yet-valid', {}, '127.0.0.1', 'tls', 'not valid yet'],
    ['for another name', 'wrong-name', {}, 'web.example', 'tls', 'certificate is not for web.example: '],
    ['for a name, checked by address', 'wrong-name', {}, '127.0.0.1', 'tls', 'not for 127.0.0.1'],
    ['self-signed', 'self-signed', {}, '127.0.0.1', 'tls', 'self-signed'],
    ['self-signed and unchecked', 'self-signed', unchecked, '127.0.0.1', 'success', ''],
    ['expired and unchecked', 'expired', unchecked, '127.0.0.1', 'success', ''],
    ['for another name and unchecked', 'wrong-name', unchecked, 'x.example', 'success', ''],
    [
      'that must stay valid for longer',
      'valid',
      { failDays: 3_650 * 100 },
      '127.0.0.1',
      'tls',
      'on 2124-01-01; wanted 365000 days or more',
    ],
    ['that stays valid for long enough', 'valid', { failDays: 3_650 }, '127.0.0.1', 'success', ''],
    [
      'expired, unchecked, of which days are wanted',
      'expired',
      { ...unchecked, failDays: 1 },
      'x',
      'tls',
      '',
    ],
  ];

  it.each(cases)('%s', async (_, name, tls, host, code, reason) => {
    const server = await listen(answer(ok), name);
    const result = await probe(type, server, tls, host);
    expect(result.code).toBe(code);
    expect(result.reason ?? '').toContain(reason);
    // Whether it is accepted or not.
    const expiresAtMs = Date.parse(new X509Certificate(certificate(name)).validTo);
    expect(result.certificate?.expiresAtMs).toBe(expiresAtMs);
    expect(result.certificate?.warning === undefined).toBe(name !== 'expired');
  });

  it('sends nothing over a connection whose certificate it refuses', async () => {
    const server = await listen(answer(ok), 'expired');
    expect((await probe(type, server)).code).toBe('tls');
    expect(server.received()).toBe('');
  });

  it('checks again on every probe', async () => {
    const twice = await listen(answer(ok), 'expired');
    const kept = { ...twice, close: () => Promise.resolve() };
    expect((await probe(type, kept, unchecked)).ok).toBe(true);
    expect((await probe(type, twice)).code).toBe('tls');
  });

  it.each([
    ['plain HTTP on the port', answer(ok), 'tls', 'does not speak TLS'],
    ['silence in the handshake', silence, 'timeout', 'in the TLS handshake'],
    ['a close in the handshake', (s: net.Socket) => s.once('data', () => s.end()), 'tls', 'closed during'],
    [
      'a reset in the handshake',
      (s: net.Socket) => s.once('data', () => s.resetAndDestroy()),
      'tls',
      'closed during',
    ],
    ['garbage', answer('\x00'.repeat(100)), 'tls', 'TLS'],
    ['an alert', answer('\x15\x03\x03\x00\x02\x02\x28'), 'tls', 'TLS handshake refused'],
  ] as const)('%s', async (_, behave, code, reason) => {
    const deadlineMs = code === 'timeout' ? shortMs : patientMs;
    const result = await probe(type, await listen(behave), {}, '127.0.0.1', deadlineMs);
    expect(result).toMatchObject({ code, reason: expect.stringContaining(reason) });
    expect(result.certificate).toBeUndefined();
  });
});

describe('certificates of ours', () => {
  const asking = { requestCert: true, rejectUnauthorized: true, ca: certificate('authority') };
  const identity = { certificate: certificate('valid'), key: certificate('valid.key') };

  it('are shown to an endpoint that asks', async () => {
    const server = await listen(answer(ok), 'valid', [], asking);
    expect(await probe('https', server, { identity })).toMatchObject({ ok: true });
  });

  const asked = async (server: TestServer, version: '1.1' | '2', identity: ProbeTls['identity']) => {
    const check = { ...httpsCheck, version, tls: { ...trusting, identity } };
    const run = (signal: AbortSignal) => networkProbes.https(server.target, check, signal);
    return await visit({ probe: run, open: server.open, close: server.close }, patientMs);
  };
  const cases = (['TLSv1.2', 'TLSv1.3'] as const).flatMap((maxVersion) =>
    (['1.1', '2'] as const).map((version) => [maxVersion, version] as const),
  );

  it.each(cases)('are missed by an endpoint: %s, HTTP/%s', async (maxVersion, version) => {
    const server = await listen(answer(ok), 'valid', ['h2', 'http/1.1'], { ...asking, maxVersion });
    expect(await asked(server, version, undefined)).toMatchObject({
      code: 'tls',
      reason: 'TLS handshake refused: the endpoint may want a certificate of ours, or other settings',
    });
  });

  it.each(cases)('are of no use where nobody knows them: %s, HTTP/%s', async (maxVersion, version) => {
    const unknown = { certificate: certificate('self-signed'), key: certificate('self-signed.key') };
    const server = await listen(answer(ok), 'valid', ['h2', 'http/1.1'], { ...asking, maxVersion });
    const result = await asked(server, version, unknown);
    expect(result.ok).toBe(false);
    expect(result.code).not.toBe('timeout');
  });
});

describe('days left', () => {
  const { validTo } = new X509Certificate(certificate('expired'));
  const expiresAtMs = Date.parse(validTo);
  const day = 86_400_000;
  const seen = (atMs: number) => certificateOf(new X509Certificate(certificate('expired')), 14, atMs);

  it('are warned of below the bound', () => {
    expect(seen(expiresAtMs - 14 * day)).toEqual({ expiresAtMs });
    const { warning } = seen(expiresAtMs - 14 * day + 1)!;
    expect(warning).toBe('certificate expires in 13 days, on 2024-02-01');
    expect(seen(expiresAtMs + 1)!.warning).toBe('certificate has expired on 2024-02-01');
  });

  it('fail below theirs', () => {
    const at = (atMs: number) => () => requireDaysLeft({ expiresAtMs }, 3, atMs);
    expect(at(expiresAtMs - 3 * day)).not.toThrow();
    expect(at(expiresAtMs - 3 * day + 1)).toThrow('certificate expires in 2 days, on 2024-02-01; wanted 3');
    expect(() => requireDaysLeft(undefined, 3, 0)).toThrow('does not tell when it expires');
    expect(() => requireDaysLeft(undefined, undefined, 0)).not.toThrow();
  });
});
