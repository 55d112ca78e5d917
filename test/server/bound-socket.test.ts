import { describe, expect, it } from 'vitest';
import { limits } from '../../src/runtime/limits.ts';
import { openTcpSocket } from '../../src/server/bound-socket.ts';
import { type Libc, loadLibc } from '../../src/server/libc.ts';

describe('openTcpSocket', () => {
  it('bounds the buffers that connections inherit', () => {
    const libc = loadLibc() as Libc;
    const memories = new Map<number, ArrayBuffer>();
    const options = new Map<number, number>();
    const noting: Libc = {
      ...libc,
      addressOf: (memory) => {
        const at = libc.addressOf(memory);
        memories.set(at, memory);
        return at;
      },
      setsockopt: (fd, level, name, value, length) => {
        options.set(name, new DataView(memories.get(value)!).getInt32(0, true));
        return libc.setsockopt(fd, level, name, value, length);
      },
    };
    const { fd } = openTcpSocket(noting, { host: '127.0.0.1', port: 0 });
    libc.close(fd);
    expect(options.get(SO_SNDBUF)).toBe(limits.tcpSendBufferBytes);
    expect(options.get(SO_RCVBUF)).toBe(limits.tcpReceiveBufferBytes);
  });
});

const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
