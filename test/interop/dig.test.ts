import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Service } from '../../src/control/service.ts';
import { Site, standardZone } from '../control/site.ts';
import { needTools, runTool } from './tools.ts';

const site = new Site();
let service: Service;

beforeAll(async () => {
  needTools('dig', 'kdig');
  const large = Array.from({ length: 12 }, (_, i) => `large TXT "${`${i}`.padEnd(200, 'x')}"`);
  site.write('example.zone', `${standardZone}${large.join('\n')}\nsub NS ns.sub\nns.sub A 203.0.113.53\n`);
  site.configure();
  service = await site.start();
});
afterAll(() => site.close());

function dig(...args: string[]): Promise<string> {
  const port = `${service.ports.dns[0]}`;
  return runTool('dig', ['@127.0.0.1', '-p', port, '+tries=1', '+time=5', ...args]);
}

function kdig(...args: string[]): Promise<string> {
  const port = `${service.ports.dns[0]}`;
  return runTool('kdig', ['@127.0.0.1', '-p', port, '+retry=0', '+time=5', ...args]);
}

const london = '+subnet=81.2.69.0/24';

describe('dig', () => {
  it('reads an answer, authoritative, with the scope of its client subnet', async () => {
    const text = await dig('app.example.com', london);
    expect(text).toMatch(/status: NOERROR/);
    expect(text).toMatch(/flags: qr aa rd;/);
    expect(text).toMatch(/CLIENT-SUBNET: 81\.2\.69\.0\/24\/20$/m);
    expect(text).toMatch(/^app\.example\.com\.\s+20\s+IN\s+A\s+198\.51\.100\.10$/m);
    expect(text).not.toMatch(/WARNING: .*malformed|WARNING: .*extra/i);
  });

  it('reads the scope of an IPv6 client, and of one that opts out', async () => {
    expect(await dig('app.example.com', '+subnet=2a00:23c1::/40')).toMatch(
      /CLIENT-SUBNET: 2a00:23c1::\/40\/26$/m,
    );
    expect(await dig('app.example.com', '+subnet=0')).toMatch(/CLIENT-SUBNET: 0\.0\.0\.0\/0\/0$/m);
    expect(await dig('app.example.com', '+nosubnet')).not.toContain('CLIENT-SUBNET');
  });

  it('turns to TCP for what does not fit a packet', async () => {
    const text = await dig('large.example.com', 'TXT');
    expect(text).toContain(';; Truncated, retrying in TCP mode.');
    expect(text.match(/IN\s+TXT\s+"/g)?.length).toBe(12);
    const cut = await dig('large.example.com', 'TXT', '+ignore');
    expect(cut).toMatch(/flags: qr aa tc rd;/);
    expect(cut).toContain('; EDNS: version: 0');
  });

  it.each([
    [['nobody.example.com'], /status: NXDOMAIN/, /^example\.com\.\s+300\s+IN\s+SOA\s/m],
    [['app.example.com', 'AAAA'], /status: NOERROR/, /ANSWER: 0, AUTHORITY: 1/],
    [['app.example.com', 'MX'], /status: NOERROR/, /^example\.com\.\s+300\s+IN\s+SOA\s/m],
    [['example.net'], /status: REFUSED/, /ANSWER: 0, AUTHORITY: 0/],
    [['note.example.com', 'ANY', '+notcp'], /status: NOERROR/, /ANSWER: 1,/],
    [['host.sub.example.com'], /status: NOERROR/, /^sub\.example\.com\.\s+3600\s+IN\s+NS\s+ns\.sub/m],
    [['www.example.com', london], /www\.example\.com\.\s+3600\s+IN\s+CNAME/, /A\s+198\.51\.100\.10/],
    [['app.example.com', '+nsid'], /status: NOERROR/, /EDNS: version: 0/],
    [['app.example.com', '+cookie'], /status: NOERROR/, /EDNS: version: 0/],
    [['app.example.com', '+ednsopt=65001:0102'], /status: NOERROR/, /EDNS: version: 0/],
    [['app.example.com', '+dnssec'], /status: NOERROR/, /EDNS: version: 0, flags:.*udp: 1232/],
    [['app.example.com', '+edns=1', '+noednsnegotiation'], /status: BADVERS/, /ANSWER: 0/],
    [['app.example.com', '+noedns'], /status: NOERROR/, /ADDITIONAL: 0/],
    [['app.example.com', '+opcode=NOTIFY'], /status: NOTIMP/, /ANSWER: 0/],
    [['APP.eXample.COM', '+tcp', '+keepopen'], /status: NOERROR/, /^APP\.eXample\.COM\.\s+20\s+IN\s+A/m],
  ])('reads the answer to %j', async (args, first, second) => {
    const text = await dig(...args);
    expect(text).toMatch(first);
    expect(text).toMatch(second);
    expect(text).not.toMatch(/malformed|BADCOOKIE|Warning: .*extra bytes/i);
  });
});

describe('kdig', () => {
  it('reads answers over UDP and TCP, with their client subnet', async () => {
    for (const transport of ['+notcp', '+tcp']) {
      const text = await kdig('app.example.com', 'A', london, transport);
      expect(text).toMatch(/status: NOERROR/);
      expect(text).toMatch(/CLIENT-SUBNET: 81\.2\.69\.0\/24\/20/);
      expect(text).toMatch(/A\s+198\.51\.100\.10/);
      expect(text).toContain(transport === '+tcp' ? '(TCP)' : '(UDP)');
    }
  });

  it('asks several questions over one connection', async () => {
    const text = await kdig('+tcp', '+keepopen', 'app.example.com', 'ns1.example.com', 'nobody.example.com');
    expect(text.match(/status: \w+/g)).toEqual(['status: NOERROR', 'status: NOERROR', 'status: NXDOMAIN']);
  });

  it('turns to TCP for what does not fit a packet', async () => {
    const text = await kdig('large.example.com', 'TXT');
    expect(text.match(/TXT\s+"/g)?.length).toBe(12);
    expect(text).toContain('(TCP)');
  });

  it('finds nothing wrong with padding, cookies and buffers of any size', async () => {
    for (const option of ['+padding=128', '+cookie', '+bufsize=512', '+bufsize=65535', '+nsid', '+alignment'])
      expect(await kdig('app.example.com', option), option).toMatch(/status: NOERROR/);
  });
});
