import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Service } from '../../../src/control/service.ts';
import { askService, metric, Site } from '../../control/site.ts';
import { until } from '../../control/until.ts';

/*
 * dnstap as Debian's tools read it: dnstap-ldns (package of that name) decodes, fstrm_capture (package fstrm-bin)
 * stands at the other end of the socket.
 */

let site: Site;
const captures: ChildProcess[] = [];
beforeEach(() => {
  site = new Site();
});
afterEach(async () => {
  await site.close();
  for (const capture of captures.splice(0)) capture.kill();
});

async function serve(to: string): Promise<Service> {
  site.configure({ 'query-log': { to, format: 'dnstap', sample: '100%' } });
  return site.start();
}

/** A steered name with a long subnet, TCP, a name that is not there. */
async function askAll(service: Service): Promise<void> {
  await askService(service, { name: 'App.example.com', subnet: '81.2.69.142/32' });
  await askService(service, { name: 'note.example.com', type: 'TXT', transport: 'tcp' });
  await askService(service, { name: 'missing.example.com', type: 'AAAA' });
}

/** Its one-line form without date, time and size, which vary. */
function decode(file: string): string[] {
  const text = execFileSync('dnstap-ldns', ['-q', '-r', site.path(file)], { encoding: 'utf8' });
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\S+ \S+ /, '').replace(/ \d+b /, ' '))
    .sort();
}

const expected = [
  'AR 127.0.0.0 TCP "note.example.com." IN TXT',
  'AR 127.0.0.0 UDP "App.example.com." IN A',
  'AR 127.0.0.0 UDP "missing.example.com." IN AAAA',
];

async function capture(file: string): Promise<ChildProcess> {
  const args = ['-t', 'protobuf:dnstap.Dnstap', '-u', site.path('sock'), '-w', site.path(file)];
  const child = spawn('fstrm_capture', args, { stdio: 'ignore' });
  captures.push(child);
  await until(() => existsSync(site.path('sock')));
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
}

describe('dnstap', () => {
  it('in a file is read by dnstap-ldns, with what it says of the answer', async () => {
    const service = await serve('queries.tap');
    await askAll(service);
    await service.stop();
    expect(decode('queries.tap')).toEqual(expected);
    const yaml = execFileSync('dnstap-ldns', ['-y', '-r', site.path('queries.tap')], { encoding: 'utf8' });
    expect(yaml).toContain('identity: "test-1"');
    expect(yaml).toContain('rcode: NXDOMAIN');
    expect(yaml).toContain('flags: qr aa');
    // The client subnet, cut to 81.2.69.0/24: code 8, family 1, source 24.
    expect(yaml).toMatch(/\\# 11 000800070001 ?18[0-9a-f]{2}510245\n/);
  });

  it('on a socket is captured, also by a reader that comes late and one that comes back', async () => {
    const service = await serve(`unix:${site.path('sock')}`);
    await askAll(service);
    const first = await capture('first.tap');
    await until(async () => (await metric(service, 'meridian_query_log_written_total')) === 3);
    await end(first);
    expect(decode('first.tap')).toEqual(expected);
    const second = await capture('second.tap');
    await askAll(service);
    await until(async () => (await metric(service, 'meridian_query_log_written_total')) === 6);
    await service.stop();
    await end(second);
    expect(decode('second.tap')).toEqual(expected);
  });
});
