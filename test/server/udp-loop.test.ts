import { MessageChannel } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/ip/address.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import type { respond } from '../../src/query/respond.ts';
import { limits } from '../../src/runtime/limits.ts';
import { ControlBlock, Tally } from '../../src/server/control-block.ts';
import { EAGAIN, EINTR } from '../../src/server/libc.ts';
import { ProxyNetworks } from '../../src/server/proxy-networks.ts';
import { SnapshotInbox } from '../../src/server/snapshot-inbox.ts';
import { encodeSockaddr } from '../../src/server/sockaddr.ts';
import { UdpLoop } from '../../src/server/udp-loop.ts';
import { emptySnapshot } from './clients.ts';
import { type Datagram, FakeKernel } from './fake-kernel.ts';
import { local, proxied4, proxied6 } from './proxy-cases.ts';

const EPERM = 1;
const ENOBUFS = 105;

/** Copies the packet behind one byte that marks it as an answer; throws, or stays silent, when told to. */
const answerOrder: typeof respond = (packet, length, _source, _context, out) => {
  if (packet[0] === 0xee) throw new Error('a bug');
  if (packet[0] === 0xdd) return 0;
  if (packet[0] === 0xcc) return out.length + 1;
  out[0] = 0xaa;
  out.set(packet.subarray(0, length), 1);
  return length + 1;
};

function setUp(
  hosts: readonly string[] = ['127.0.0.1'],
  respondWith: typeof respond = answerOrder,
  balancers: readonly string[] = [],
) {
  const kernel = new FakeKernel();
  const control = ControlBlock.forWorkers(1);
  const line = control.line(0);
  const context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  const inbox = new SnapshotInbox(port2, control, line, context, emptySnapshot(1));
  control.announce(1);
  const sockets = hosts.map((host, i) => ({ host, fd: 10 + i }));
  const proxies = new ProxyNetworks(balancers.map((text) => parsePrefix(text)!));
  const loop = new UdpLoop({
    ...{ libc: kernel, sockets, control, line, inbox, context, proxies },
    ...{ nowSeconds: () => 1_700_000_000, nowMs: () => 2 ** 32 + 7.5 },
    respond: respondWith,
  });
  return { kernel, control, line, context, loop, port: port1 };
}

function datagram(payload: readonly number[] | Uint8Array, port = 4_242, host = '192.0.2.1'): Datagram {
  return { peer: encodeSockaddr(parseAddress(host)!, port), payload: Uint8Array.from(payload) };
}

function pktinfo4(local: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(32);
  // length 28, level IPPROTO_IP, type IP_PKTINFO, interface 3, local address, address in the header
  bytes.set([28, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 3, 0, 0, 0, ...local, ...local]);
  return bytes;
}

function pktinfo6(host: string): Uint8Array {
  const bytes = new Uint8Array(40);
  bytes.set([36, 0, 0, 0, 0, 0, 0, 0, 41, 0, 0, 0, 50, 0, 0, 0, ...parseAddress(host)!.bytes, 3, 0, 0, 0]);
  return bytes;
}

describe('UdpLoop', () => {
  it('answers a batch with two system calls', () => {
    const { kernel, loop, line } = setUp();
    for (let i = 0; i < 64; i++) kernel.queue(10).push(datagram([i], 1_000 + i));
    loop.turn();
    expect(kernel.calls).toBe(2);
    expect(kernel.sent.map(({ payload }) => [...payload])).toEqual(
      Array.from({ length: 64 }, (_, i) => [0xaa, i]),
    );
    expect(line.tally[Tally.ANSWERED]).toBe(64);
  });

  it.each([
    { fault: 'source port 0', packet: datagram([9], 0), slot: Tally.UNANSWERABLE },
    { fault: 'a v6 source on a v4 socket', packet: datagram([9], 5, '::1'), slot: Tally.UNANSWERABLE },
    { fault: 'too large', packet: datagram(new Uint8Array(limits.udpSlotBytes + 1)), slot: Tally.TRUNCATED },
    { fault: 'an exception', packet: datagram([0xee]), slot: Tally.FAULTS },
    { fault: 'an answer that claims more than its slot', packet: datagram([0xcc]), slot: Tally.FAULTS },
    {
      fault: 'an answer larger than allowed',
      packet: datagram(new Uint8Array(limits.udpSlotBytes)),
      slot: Tally.FAULTS,
    },
  ])('drops and counts one packet with $fault, and answers its neighbours', ({ packet, slot }) => {
    const { kernel, loop, line } = setUp();
    kernel.queue(10).push(datagram([1], 1_001), packet, datagram([2], 1_002));
    loop.turn();
    expect(kernel.sent.map(({ peer, payload }) => [peer[3], payload[1]])).toEqual([
      [1_001 & 0xff, 1],
      [1_002 & 0xff, 2],
    ]);
    expect(line.tally[slot]).toBe(1);
    expect(line.tally[Tally.ANSWERED]).toBe(2);
  });

  it('sets the clocks of the context before it answers, the monotonic one as 32 bits', () => {
    const seen: number[] = [];
    const noting: typeof respond = (_packet, _length, _source, { nowSeconds, nowMs }) => {
      seen.push(nowSeconds, nowMs);
      return 0;
    };
    const { kernel, loop } = setUp(['127.0.0.1'], noting);
    kernel.queue(10).push(datagram([1]));
    loop.turn();
    expect(seen).toEqual([1_700_000_000, 7]);
  });

  it('takes the client from the PROXY header of a balancer, and answers the balancer without one', () => {
    const seen: unknown[] = [];
    const noting: typeof respond = (packet, length, { family, w0, w3 }, _context, out) => {
      seen.push([family, w0 >>> 0, w3]);
      out.set(packet.subarray(0, length));
      return length;
    };
    const { kernel, loop, line } = setUp(undefined, noting, ['10.0.0.0/8']);
    const from = (host: string, ...payload: Uint8Array[]) => datagram(Buffer.concat(payload), 4_242, host);
    kernel.queue(10).push(
      from('10.1.2.3', proxied4, Buffer.of(1)),
      from('10.1.2.3', Buffer.of(2)),
      from('192.0.2.1', Buffer.of(3)),
      from('10.1.2.3', proxied6, Buffer.of(4)),
      // Cut off, and a claim from elsewhere: the first gets no answer, the second is an odd query.
      from('10.1.2.3', proxied4.subarray(0, 20)),
      from('192.0.2.1', local, Buffer.of(5)),
      from('10.1.2.3', local, Buffer.of(6)),
    );
    loop.turn();
    expect(seen).toEqual([
      [4, 0xcb007107, 0],
      [4, 0xc0000201, 0],
      [6, 0x20010db8, 9],
      [4, 0xc0000201, 9],
      [4, 0x0a010203, 9],
    ]);
    const answers = kernel.sent.map(({ peer, payload }) => [[...peer.subarray(4, 8)].join('.'), ...payload]);
    expect(answers).toEqual([
      ['10.1.2.3', 1],
      ['192.0.2.1', 3],
      ['10.1.2.3', 4],
      ['192.0.2.1', ...local, 5],
      ['10.1.2.3', 6],
    ]);
    expect(line.tally[Tally.PROXY_MISSING]).toBe(2);
  });

  it.each([
    { name: 'EPERM', errors: [0, EPERM, 0], sent: [1, 3], lost: 1 },
    { name: 'ENOBUFS twice', errors: [ENOBUFS, ENOBUFS, 0], sent: [3], lost: 2 },
    { name: 'EINTR, which loses nothing', errors: [EINTR, 0, 0, 0], sent: [1, 2, 3], lost: 0 },
    { name: 'a full buffer, which loses the rest', errors: [0, EAGAIN], sent: [1], lost: 2 },
  ])('goes on after $name', ({ errors, sent, lost }) => {
    const { kernel, loop, line } = setUp();
    kernel.queue(10).push(datagram([1]), datagram([2]), datagram([3]));
    kernel.sendErrors.push(...errors);
    loop.turn();
    expect(kernel.sent.map(({ payload }) => payload[1])).toEqual(sent);
    expect(line.tally[Tally.SEND_ERRORS]).toBe(lost);
    expect(line.tally[Tally.ANSWERED]).toBe(sent.length);
  });

  it('answers a wildcard socket from the address that was asked, on any interface', () => {
    const { kernel, loop } = setUp(['0.0.0.0', '::']);
    for (let round = 0; round < 2; round++) {
      kernel.queue(10).push({ ...datagram([0xdd]), control: pktinfo4([10, 0, 0, 9]) });
      kernel.queue(10).push({ ...datagram([1]), control: pktinfo4([10, 0, 0, round]) });
      kernel.queue(11).push({ ...datagram([2], 5, '2001:db8::5'), control: pktinfo6('2001:db8::1') });
      kernel.queue(11).push({ ...datagram([3], 5, 'fe80::5'), control: pktinfo6('fe80::1') });
      loop.turn();
      const controls = kernel.sent.splice(0).map(({ control }) => [...control!]);
      const [v4, v6, linkLocal] = controls;
      expect(v4!.slice(0, 24)).toEqual([
        ...pktinfo4([10, 0, 0, round]).slice(0, 16),
        0,
        0,
        0,
        0,
        10,
        0,
        0,
        round,
      ]);
      expect(v6!.slice(16, 36)).toEqual([...parseAddress('2001:db8::1')!.bytes, 0, 0, 0, 0]);
      expect(linkLocal!.slice(16, 36)).toEqual([...parseAddress('fe80::1')!.bytes, 3, 0, 0, 0]);
    }
  });

  it('drops what came to a wildcard socket without a local address', () => {
    const { kernel, loop, line } = setUp(['0.0.0.0']);
    kernel.queue(10).push(datagram([1]), { ...datagram([2]), control: pktinfo4([10, 0, 0, 1]) });
    loop.turn();
    expect(kernel.sent.map(({ payload }) => payload[1])).toEqual([2]);
    expect(line.tally[Tally.UNANSWERABLE]).toBe(1);
    kernel.queue(10).push({ ...datagram([3]), control: pktinfo4([10, 0, 0, 1]) });
    loop.turn();
    expect(kernel.sent).toHaveLength(2);
  });

  it('gives each socket its turn when one of them is never empty', () => {
    const { kernel, loop } = setUp(['127.0.0.1', '127.0.0.2']);
    for (let i = 0; i < 2_000; i++) kernel.queue(10).push(datagram([1]));
    kernel.queue(11).push(datagram([2]));
    loop.turn();
    expect(kernel.sent.some(({ fd }) => fd === 11)).toBe(true);
    expect(kernel.queue(10).length).toBeGreaterThan(0);
  });

  it('adopts a published snapshot between receiving and answering', () => {
    const generations: number[] = [];
    const noting: typeof respond = (_packet, _length, _source, context) => {
      generations.push(context.generation);
      return 0;
    };
    const { kernel, loop, port, control, line } = setUp(['127.0.0.1'], noting);
    kernel.queue(10).push(datagram([1]));
    loop.turn();
    for (const generation of [3, 2]) port.postMessage({ snapshot: emptySnapshot(generation), newBytes: 0 });
    control.announce(3);
    kernel.queue(10).push(datagram([1]));
    loop.turn();
    port.postMessage({ snapshot: emptySnapshot(2), newBytes: 0 });
    control.announce(4);
    kernel.queue(10).push(datagram([1]));
    loop.turn();
    expect(generations).toEqual([1, 3, 3]);
    expect(line.adopted()).toBe(3);
  });

  it('keeps the last snapshot when one cannot be adopted', () => {
    const { kernel, loop, port, control, line, context } = setUp();
    const adopt = context.adopt.bind(context);
    context.adopt = () => {
      throw new Error('corrupt');
    };
    port.postMessage({ snapshot: emptySnapshot(2), newBytes: 0 });
    control.announce(2);
    kernel.queue(10).push(datagram([1]));
    loop.turn();
    context.adopt = adopt;
    expect([context.generation, line.adopted(), line.tally[Tally.FAULTS], kernel.sent.length]).toEqual([
      1, 1, 1, 1,
    ]);
  });

  it('leaves its group when it is told to stop, answers what it holds, and returns', () => {
    const { kernel, loop, control } = setUp(['127.0.0.1', '::1']);
    for (let i = 0; i < 100; i++) kernel.queue(10).push(datagram([i]));
    kernel.queue(11).push(datagram([1], 5, '::1'));
    control.askToStop();
    loop.run();
    expect(kernel.connected).toEqual([10, 11]);
    expect(kernel.sent).toHaveLength(101);
  });

  it('ends with the reason when its socket only fails', () => {
    const { kernel, loop } = setUp();
    const EBADF = 9;
    kernel.receiveErrors.push(EAGAIN, EINTR, ...Array(limits.udpFailures).fill(EBADF));
    expect(() => loop.run()).toThrow('recvmmsg: bad file descriptor');
  });

  it('sends every answer to who asked, whatever is dropped or refused in between', () => {
    const packet = fc.record({
      port: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 65_535 })),
      kind: fc.constantFrom(0xdd, 0xee, 0x01),
      size: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 500, max: 5_000 })),
    });
    const kernelErrors = fc.array(fc.constantFrom(0, 0, 0, EPERM, EINTR, ENOBUFS, EAGAIN), { maxLength: 80 });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 150 }), kernelErrors, (packets, errors) => {
        const { kernel, loop, line } = setUp();
        for (const [i, { port, kind, size }] of packets.entries()) {
          const payload = new Uint8Array(size).fill(i & 0xff);
          payload[0] = kind;
          kernel.queue(10).push(datagram(payload, port, `10.0.0.${i}`));
        }
        kernel.sendErrors.push(...errors);
        for (let turn = 0; turn < 4; turn++) loop.turn();
        for (const { peer, payload } of kernel.sent) {
          const i = peer[7]!;
          expect(packets[i]).toMatchObject({
            port: (peer[2]! << 8) | peer[3]!,
            kind: 0x01,
            size: payload.length - 1,
          });
          expect(payload.subarray(2).every((byte) => byte === (i & 0xff))).toBe(true);
        }
        const due = packets.filter(
          ({ port, kind, size }) => port > 0 && kind === 0x01 && size < limits.udpSlotBytes,
        ).length;
        expect(line.tally[Tally.ANSWERED]! + line.tally[Tally.SEND_ERRORS]!).toBe(due);
        expect(line.tally[Tally.ANSWERED]).toBe(kernel.sent.length);
      }),
      { numRuns: 60 },
    );
  });
});
