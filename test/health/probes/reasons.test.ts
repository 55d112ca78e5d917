import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectFailure, exchangeFailure, tlsFailure } from '../../../src/health/probes/reasons.ts';
import { limits } from '../../../src/runtime/limits.ts';

const fault = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('reasons', () => {
  it.each(['EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL'])('%s is a fault of this machine', (code) => {
    expect(connectFailure(fault(code))).toMatchObject({ code: 'error', ownFault: true });
  });

  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EWHATEVER'])('%s is not', (code) => {
    const failure = connectFailure(fault(code));
    expect(failure.code).toBe('connect');
    expect(failure.ownFault).toBeUndefined();
  });

  it.each([
    ['EADDRNOTAVAIL', 'no probe was possible from 192.0.2.9: it is no address of this machine'],
    ['EADDRINUSE', 'no probe was possible from 192.0.2.9: x'],
  ])('a bind that fails with %s says where from', (code, reason) => {
    const error = Object.assign(fault(code), { syscall: 'bind' });
    expect(connectFailure(error, '192.0.2.9')).toEqual({ code: 'error', reason, ownFault: true });
  });

  it.each([
    'SSLV3_ALERT_HANDSHAKE_FAILURE',
    'TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'TLSV1_ALERT_UNKNOWN_CA',
    'SSLV3_ALERT_BAD_CERTIFICATE',
    'SSLV3_ALERT_CERTIFICATE_UNKNOWN',
  ])('%s is the other side’s refusal', (alert) => {
    expect(tlsFailure(fault(`ERR_SSL_${alert}`), 'h').reason).toMatch(/^TLS handshake refused: /);
  });

  it('words of the other side are cut and stripped of what is not text', () => {
    const hostile = `a\u001b[31m\r\nb\u202e${'c'.repeat(100_000)}`;
    for (const failure of [tlsFailure(fault('X', hostile), 'h'), exchangeFailure(fault('X', hostile))]) {
      expect(failure.reason.length).toBe(limits.probeReasonLength);
      expect(failure.reason).toMatch(/^[\x20-\x7e]+…$/);
    }
  });

  it('whatever is thrown has a reason', () => {
    for (const thrown of [undefined, null, 'text', 7, {}, new Error('')]) {
      expect(exchangeFailure(thrown).code).toBe('error');
      expect(tlsFailure(thrown, 'h').code).toBe('tls');
      expect(connectFailure(thrown).code).toBe('connect');
    }
  });

  it('those in the operators’ page are those in the code', () => {
    const folder = join(import.meta.dirname, '../../../src/health');
    const source = ['probes', 'http2', 'values']
      .flatMap((part) => readdirSync(join(folder, part)).map((file) => join(folder, part, file)))
      .map((file) => readFileSync(file, 'utf8'))
      .join('');
    const page = readFileSync(join(import.meta.dirname, '../../../docs/health-checks.md'), 'utf8');
    const rows = [
      ...page
        .slice(page.indexOf('## Reading reasons'))
        .matchAll(/^\| `(?:timeout|connect|tls|status|body|error)` +\| (.+?) +\|/gm),
    ];
    expect(rows.length).toBeGreaterThanOrEqual(15);
    const phrases = rows
      .flatMap(([, reason]) => reason!.split(/, (?:while )?|; |…| ms/))
      .map((text) => text.trim());
    expect(phrases.filter((phrase) => phrase !== '' && !source.includes(phrase))).toEqual([]);
  });
});
