import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { openUdpSocket } from '../../src/server/bound-socket.ts';
import type { Libc } from '../../src/server/libc.ts';
import { FakeKernel } from '../server/fake-kernel.ts';

const [IP, IP_MTU_DISCOVER, IPV6, IPV6_MTU_DISCOVER, OMIT] = [0, 10, 41, 23, 5];

describe('RFC 9715', () => {
  it.each([
    ['127.0.0.1', IP, IP_MTU_DISCOVER],
    ['::1', IPV6, IPV6_MTU_DISCOVER],
  ])('§3.1: a socket of %s takes no word of strangers about path MTUs', (host, level, name) => {
    const options = new Map<string, number>();
    let memory = new ArrayBuffer(0);
    const libc: Libc = Object.assign(new FakeKernel(), {
      addressOf: (shown: ArrayBuffer) => {
        memory = shown;
        return 0;
      },
      socket: () => 7,
      setsockopt: (_fd: number, at: number, option: number) => {
        options.set(`${at} ${option}`, new DataView(memory).getInt32(0, true));
        return 0;
      },
      bind: () => 0,
      getsockname: () => 0,
    });
    openUdpSocket(libc, { host, port: 0 });
    expect(options.get(`${level} ${name}`)).toBe(OMIT);
  });

  it('§3.1: no answer over UDP is larger than 1400 bytes unless the operator says so', () => {
    expect(limits.udpAnswerBytes).toBeLessThanOrEqual(1_400);
  });
});
