/**
 * UDP echo on 127.0.0.1 through the server's own parts, to see what each layer costs:
 *
 *   node echo-server.js bare PORT   recvmmsg, set QR, sendmmsg: the price of the FFI alone
 *   node echo-server.js loop PORT   the server's UDP loop with an echo in the place of `respond`
 *
 * `bench/echo.sh` compiles, runs and measures both beside `bench/echo.c`.
 */
import { MessageChannel } from 'node:worker_threads';
import { QueryContext } from '../src/query/context.ts';
import type { respond } from '../src/query/respond.ts';
import { limits } from '../src/runtime/limits.ts';
import { openUdpSocket } from '../src/server/bound-socket.ts';
import { ControlBlock } from '../src/server/control-block.ts';
import type { Libc } from '../src/server/libc.ts';
import { loadLibc, MSG_WAITFORONE } from '../src/server/libc.ts';
import { layout } from '../src/server/msghdr.ts';
import { ProxyNetworks } from '../src/server/proxy-networks.ts';
import { SnapshotInbox } from '../src/server/snapshot-inbox.ts';
import { UdpLoop } from '../src/server/udp-loop.ts';
import { plainSettings } from '../src/snapshot/settings.ts';

const [, , mode, port] = process.argv;
const libc = loadLibc();
if (typeof libc === 'string') throw new Error(libc);
const socket = openUdpSocket(libc, { host: '127.0.0.1', port: Number(port) });
console.log('ready');
if (mode === 'bare') echo(libc, socket.fd);
else serve(libc, socket.fd);

function echo(libc: Libc, fd: number): never {
  const batch = limits.udpBatch;
  const stride = limits.udpSlotBytes;
  const memory = new ArrayBuffer(batch * (layout.header + layout.vector + 32 + stride));
  const base = libc.addressOf(memory);
  const words = new Uint32Array(memory);
  const bytes = new Uint8Array(memory);
  const vectors = batch * layout.header;
  const names = vectors + batch * layout.vector;
  const packets = names + batch * 32;
  const point = (offset: number, to: number) => {
    words[offset >>> 2] = (base + to) % 2 ** 32;
    words[(offset >>> 2) + 1] = Math.floor((base + to) / 2 ** 32);
  };
  for (let i = 0; i < batch; i++) {
    point(i * layout.header + layout.name, names + i * 32);
    words[(i * layout.header + layout.nameLength) >>> 2] = layout.sockaddr4;
    point(i * layout.header + layout.iov, vectors + i * layout.vector);
    words[(i * layout.header + layout.iovCount) >>> 2] = 1;
    point(vectors + i * layout.vector, packets + i * stride);
  }
  for (;;) {
    for (let i = 0; i < batch; i++) words[(vectors + i * layout.vector + 8) >>> 2] = stride;
    const received = libc.recvmmsg(fd, base, batch, MSG_WAITFORONE, 0);
    for (let i = 0; i < received; i++) {
      bytes[packets + i * stride + 2]! |= 0x80;
      words[(vectors + i * layout.vector + 8) >>> 2] = words[(i * layout.header + layout.length) >>> 2]!;
    }
    if (received > 0) libc.sendmmsg(fd, base, received, 0);
  }
}

function serve(libc: Libc, fd: number): void {
  const control = ControlBlock.forWorkers(1);
  const line = control.line(0);
  const context = new QueryContext(new SharedArrayBuffer(1 << 20), 1);
  const empty = new SharedArrayBuffer(0);
  const snapshot = {
    generation: 0,
    image: empty,
    views: [],
    owners: [],
    rotation: empty,
    settings: plainSettings,
  };
  const inbox = new SnapshotInbox(new MessageChannel().port1, control, line, context, snapshot);
  const answer: typeof respond = (packet, length, _source, _context, out) => {
    for (let i = 0; i < length; i++) out[i] = packet[i]!;
    out[2]! |= 0x80;
    return length;
  };
  new UdpLoop({
    libc,
    sockets: [{ host: '127.0.0.1', fd }],
    control,
    line,
    inbox,
    context,
    respond: answer,
    nowSeconds: () => 0,
    nowMs: () => 0,
    proxies: new ProxyNetworks([]),
  }).run();
}
