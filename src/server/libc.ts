import { createRequire } from 'node:module';
import { arch, platform } from 'node:process';
import { getSystemErrorMap } from 'node:util';

/**
 * The C library's socket calls, bound through koffi. All arguments are plain numbers (a pointer fits a double's
 * 53 bits): that is koffi's cheapest form of call, about 25 ns, and allocates nothing.
 * Calls return −1 on failure; `errno()` must be read before the next call.
 */
export interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: number, length: number): number;
  bind(fd: number, address: number, length: number): number;
  connect(fd: number, address: number, length: number): number;
  getsockname(fd: number, address: number, length: number): number;
  poll(fds: number, count: number, timeoutMs: number): number;
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number;
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  close(fd: number): number;
  errno(): number;
  /** Where a buffer's memory lies. The caller keeps the buffer reachable while the kernel may use it. */
  addressOf(memory: ArrayBuffer): number;
}

/** Linux numbers, the same on every architecture of `architectures`. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_CLOEXEC = 0o2000000;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITFORONE = 0x10000;
export const POLLIN = 1;
export const EINTR = 4;
export const EAGAIN = 11;

/** 64-bit little-endian Linux with the generic socket constants and `struct msghdr` of `msghdr.ts`. */
const architectures = new Set(['x64', 'arm64', 'riscv64', 'loong64']);

/** The bound calls, or the reason why this machine must take the portable path. */
export function loadLibc(): Libc | string {
  if (platform !== 'linux') return `no recvmmsg on ${platform}`;
  if (!architectures.has(arch)) return `no message layout for ${arch}`;
  try {
    return tryOut(bindLibc());
  } catch (error) {
    return `koffi: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

/** The words of strerror(3) for an errno, such as "address already in use". */
export function errorText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
}

function bindLibc(): Libc {
  const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
  // glibc by its own name: musl's sendmmsg is a loop of single sends, no faster than the portable path.
  const library = koffi.load('libc.so.6');
  const call = (definition: string) => library.func(definition) as (...args: number[]) => number;
  return {
    socket: call('int socket(int, int, int)'),
    setsockopt: call('int setsockopt(int, int, int, uintptr_t, uint32_t)'),
    bind: call('int bind(int, uintptr_t, uint32_t)'),
    connect: call('int connect(int, uintptr_t, uint32_t)'),
    getsockname: call('int getsockname(int, uintptr_t, uintptr_t)'),
    poll: call('int poll(uintptr_t, uintptr_t, int)'),
    recvmmsg: call('int recvmmsg(int, uintptr_t, uint32_t, int, uintptr_t)'),
    sendmmsg: call('int sendmmsg(int, uintptr_t, uint32_t, int)'),
    close: call('int close(int)'),
    errno: koffi.errno,
    addressOf: (memory) => Number(koffi.address(memory)),
  };
}

/** Sandboxes exist that know the C functions but refuse the system calls: ask once, on a socket of our own. */
function tryOut(libc: Libc): Libc | string {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return `socket: ${errorText(libc.errno())}`;
  const received = libc.recvmmsg(fd, 0, 0, MSG_DONTWAIT, 0);
  const receiveError = received < 0 ? libc.errno() : 0;
  const sent = libc.sendmmsg(fd, 0, 0, MSG_DONTWAIT);
  const sendError = sent < 0 ? libc.errno() : 0;
  libc.close(fd);
  if (receiveError !== 0 && receiveError !== EAGAIN) return `recvmmsg: ${errorText(receiveError)}`;
  return sendError === 0 ? libc : `sendmmsg: ${errorText(sendError)}`;
}
