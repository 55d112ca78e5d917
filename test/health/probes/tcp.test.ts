import type net from 'node:net';
import { describe, expect, it } from 'vitest';
import type { TcpCheck } from '../../../src/config/check-model.ts';
import type { ProbeResult } from '../../../src/health/probes/probe.ts';
import { probeTcp } from '../../../src/health/probes/tcp.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { patientMs, shortMs, visit } from './shared.ts';
import { answer, drip, flood, listen, tcpCheck } from './targets.ts';

async function probe(
  behave: (socket: net.Socket) => void,
  check: Partial<TcpCheck>,
  deadlineMs = patientMs,
): Promise<{ readonly result: ProbeResult; readonly received: string }> {
  const server = await listen(behave);
  const run = (signal: AbortSignal) => probeTcp(server.target, { ...tcpCheck, ...check }, signal);
  const result = await visit({ probe: run, open: server.open, close: server.close }, deadlineMs);
  return { result, received: server.received() };
}

const ping = { send: 'PING\r\n', expect: 'PONG' };

describe('tcp', () => {
  it('succeeds where a connection opens, when nothing is expected', async () => {
    expect((await probe(() => {}, {})).result.ok).toBe(true);
  });

  it('sends the text as it stands, control characters and all', async () => {
    const { result, received } = await probe(answer('+PONG\r\n'), { ...ping, send: '\u0000é PING\r\n' });
    expect(result.ok).toBe(true);
    expect(received).toBe(Buffer.from('\u0000é PING\r\n').toString('latin1'));
  });

  it('finds a text that comes in pieces', async () => {
    expect((await probe(drip('PO', 'NG'), { expect: 'PONG' })).result.ok).toBe(true);
  });

  const none = 'what was sent does not hold the wanted text in';
  const cases: [string, (socket: net.Socket) => void, ProbeResult['code'], string][] = [
    ['another answer', answer('-ERR\r\n'), 'body', `${none} its 6 bytes`],
    ['an end without a word', (s) => s.once('data', () => s.end()), 'body', `${none} its 0 bytes`],
    ['a reset', (s) => s.once('data', () => s.resetAndDestroy()), 'error', 'connection closed before'],
    ['an answer without end', flood('', 'x'), 'body', `${none} the first ${limits.probeBodyBytes} bytes`],
    ['a slow drip', drip('', 'x'), 'body', '; it said "x'],
    [
      'another answer that waits',
      (s) => s.once('data', () => s.write('-LOADING\r\n')),
      'body',
      '; it said "-LOADING\\r\\n"',
    ],
    ['silence', () => {}, 'timeout', 'while waiting for the expected text'],
    [
      'the text too late',
      answer(`${'x'.repeat(limits.probeBodyBytes)}PONG`),
      'body',
      `${none} the first ${limits.probeBodyBytes} bytes`,
    ],
  ];

  it.each(cases)('%s', async (_, behave, code, reason) => {
    const { result } = await probe(
      behave,
      ping,
      /no answer|it said|while/.test(reason) ? shortMs : patientMs,
    );
    expect(result).toMatchObject({ code, reason: expect.stringContaining(reason) });
  });
});
