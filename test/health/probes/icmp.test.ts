import dgram from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { type OpenPing, probeIcmp } from '../../../src/health/probes/icmp.ts';
import { pingRefusal } from '../../../src/runtime/ping-socket.ts';
import { describeProbe, type Place, patientMs, shortMs, visit } from './shared.ts';

const check = { type: 'icmp', port: 0 } as const;
const target = { address: '127.0.0.1', port: 0, host: '127.0.0.1' };

/** Datagrams of a test's choice in the place of the kernel's echo. */
async function echoPlace(answer: (request: Buffer) => readonly Uint8Array[], closed = false): Promise<Place> {
  const server = dgram.createSocket('udp4');
  server.on('message', (request, peer) => {
    for (const bytes of answer(request)) server.send(bytes, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const { port } = server.address();
  let open = 0;
  const openPing: OpenPing = async (address) => {
    const socket = dgram.createSocket('udp4');
    open++;
    socket.on('close', () => open--);
    await new Promise<void>((resolve) => socket.connect(port, address, resolve));
    return socket;
  };
  if (closed) await new Promise<void>((resolve) => server.close(resolve));
  return {
    probe: (signal) => probeIcmp(openPing)(target, check, signal),
    open: () => open,
    close: () => new Promise((resolve) => (closed ? resolve() : server.close(() => resolve()))),
  };
}

const echo = (request: Buffer): Buffer => Buffer.concat([Buffer.from([0]), request.subarray(1)]);

describeProbe('icmp', {
  well: () => echoPlace((request) => [echo(request)]),
  refusing: () => echoPlace(() => [], true),
  silent: () => echoPlace(() => []),
  babbling: async () => {
    const place = await echoPlace(() => Array.from({ length: 50 }, () => Buffer.alloc(60_000)));
    return { ...place, probe: () => place.probe(AbortSignal.timeout(shortMs)) };
  },
});

describe('icmp', () => {
  it('takes no reply to another request, and no message of another kind', async () => {
    const others = (request: Buffer): readonly Buffer[] => {
      const token = echo(request);
      token[20]! ^= 1;
      return [token, request, echo(request).subarray(0, 20), Buffer.alloc(0)];
    };
    expect((await visit(await echoPlace(others), shortMs)).code).toBe('timeout');
    const place = await echoPlace((request) => [...others(request), echo(request)]);
    expect((await visit(place, patientMs)).ok).toBe(true);
  });

  it('a machine that gives no socket says nothing about the endpoint', async () => {
    const probe = probeIcmp(async () => 'the system refuses ping sockets');
    expect(await probe(target, check, AbortSignal.timeout(patientMs))).toMatchObject({
      code: 'error',
      ownFault: true,
      reason: 'no probe was possible: the system refuses ping sockets',
    });
  });

  it.each(['127.0.0.1', '::1'])('over the kernel: %s answers, or the system refuses', async (address) => {
    const refusal = pingRefusal();
    const result = await probeIcmp()({ ...target, address }, check, AbortSignal.timeout(patientMs));
    if (refusal === undefined) expect(result).toMatchObject({ ok: true });
    else expect(result).toMatchObject({ ownFault: true, reason: `no probe was possible: ${refusal}` });
  });
});
