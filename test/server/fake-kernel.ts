import type { Libc } from '../../src/server/libc.ts';
import { EAGAIN, MSG_TRUNC, POLLIN } from '../../src/server/libc.ts';
import { layout } from '../../src/server/msghdr.ts';

export interface Datagram {
  /** `struct sockaddr_in` or `sockaddr_in6` of the peer. */
  readonly peer: Uint8Array;
  readonly payload: Uint8Array;
  /** Control data: a `cmsghdr` and what follows. */
  readonly control?: Uint8Array;
}

/**
 * A kernel of sockets that exists only in memory: it follows the pointers of mmsghdr arrays as Linux does, and throws
 * when one leads outside the memory that it was told of or when more would be written than the caller has room for.
 */
export class FakeKernel implements Libc {
  /** What waits in each socket, by descriptor. */
  readonly queues = new Map<number, Datagram[]>();
  readonly sent: (Datagram & { fd: number })[] = [];
  /** Errno of the next sends, one for each message; 0 lets it pass. */
  readonly sendErrors: number[] = [];
  /** Errno of the next receives, one for each call. */
  readonly receiveErrors: number[] = [];
  readonly connected: number[] = [];
  calls = 0;
  private readonly memories: { base: number; memory: ArrayBuffer }[] = [];
  private nextBase = 0x7f12_3456_7010;
  private error = 0;

  queue(fd: number): Datagram[] {
    const queue = this.queues.get(fd) ?? [];
    this.queues.set(fd, queue);
    return queue;
  }

  addressOf = (memory: ArrayBuffer): number => {
    const known = this.memories.find((entry) => entry.memory === memory);
    if (known !== undefined) return known.base;
    const base = this.nextBase;
    this.nextBase += memory.byteLength + 0x1_0000_0000;
    this.memories.push({ base, memory });
    return base;
  };

  recvmmsg(fd: number, headers: number, count: number): number {
    this.calls++;
    const error = this.receiveErrors.shift() ?? 0;
    if (error !== 0) return this.fail(error);
    const queue = this.queue(fd);
    let received = 0;
    while (received < count && queue.length > 0) {
      this.deliver(queue.shift()!, headers + received * layout.header);
      received++;
    }
    return received > 0 ? received : this.fail(EAGAIN);
  }

  sendmmsg(fd: number, headers: number, count: number): number {
    this.calls++;
    for (let sent = 0; sent < count; sent++) {
      const error = this.sendErrors.shift() ?? 0;
      if (error !== 0 && sent > 0) this.sendErrors.unshift(error);
      if (error !== 0) return sent > 0 ? sent : this.fail(error);
      this.sent.push({ fd, ...this.collect(headers + sent * layout.header) });
    }
    return count;
  }

  poll(fds: number, count: number): number {
    this.calls++;
    let ready = 0;
    for (let i = 0; i < count; i++) {
      const entry = this.at(fds + 8 * i, 8);
      const readable = this.queue(entry.getInt32(0, true)).length > 0;
      entry.setInt16(6, readable ? POLLIN : 0, true);
      if (readable) ready++;
    }
    return ready;
  }

  errno = (): number => this.error;

  connect(fd: number): number {
    this.connected.push(fd);
    return 0;
  }

  socket = unused;
  setsockopt = unused;
  bind = unused;
  getsockname = unused;
  close = unused;

  private deliver({ peer, payload, control }: Datagram, address: number): void {
    const header = this.at(address, layout.header);
    const nameRoom = header.getUint32(layout.nameLength, true);
    this.write(pointer(header, layout.name), peer.subarray(0, nameRoom));
    header.setUint32(layout.nameLength, peer.length, true);
    if (header.getUint32(layout.iovCount, true) !== 1) throw new Error('one vector wanted');
    const vector = this.at(pointer(header, layout.iov), layout.vector);
    const room = pointer(vector, 8);
    this.write(pointer(vector, 0), payload.subarray(0, room));
    header.setUint32(layout.length, Math.min(payload.length, room), true);
    header.setUint32(layout.flags, payload.length > room ? MSG_TRUNC : 0, true);
    const controlRoom = pointer(header, layout.controlLength);
    const given = control !== undefined && control.length <= controlRoom ? control : new Uint8Array(0);
    if (given.length > 0) this.write(pointer(header, layout.control), given);
    header.setUint32(layout.controlLength, given.length, true);
  }

  private collect(address: number): Datagram {
    const header = this.at(address, layout.header);
    const vector = this.at(pointer(header, layout.iov), layout.vector);
    const controlLength = pointer(header, layout.controlLength);
    return {
      peer: this.read(pointer(header, layout.name), header.getUint32(layout.nameLength, true)),
      payload: this.read(pointer(vector, 0), pointer(vector, 8)),
      ...(controlLength > 0 && { control: this.read(pointer(header, layout.control), controlLength) }),
    };
  }

  private at(address: number, length: number): DataView {
    for (const { base, memory } of this.memories) {
      const offset = address - base;
      if (offset >= 0 && offset + length <= memory.byteLength) return new DataView(memory, offset, length);
    }
    throw new Error(`bad address ${address}`);
  }

  private read(address: number, length: number): Uint8Array {
    const view = this.at(address, length);
    return new Uint8Array(view.buffer, view.byteOffset, length).slice();
  }

  private write(address: number, bytes: Uint8Array): void {
    const view = this.at(address, bytes.length);
    new Uint8Array(view.buffer, view.byteOffset, bytes.length).set(bytes);
  }

  private fail(errno: number): number {
    this.error = errno;
    return -1;
  }
}

function pointer(view: DataView, offset: number): number {
  return Number(view.getBigUint64(offset, true));
}

function unused(): number {
  throw new Error('not a call of the UDP loop');
}
