import { createRequire } from 'node:module';
import { platform } from 'node:process';
import { getSystemErrorMap } from 'node:util';

/**
 * Opens a datagram socket for ICMP echo, which Linux gives to the groups of `net.ipv4.ping_group_range` without further
 * rights: the kernel keeps the identifier and hands over only answers to what the socket sent. `source` is
 * the address that it sends from. Returns its file descriptor, or in one line why there is none.
 */
export function openPingSocket(family: 4 | 6, source?: { readonly bytes: Uint8Array }): number | string {
  if (platform !== 'linux') return `no ping sockets on ${platform}`;
  libc ??= bind();
  if (typeof libc === 'string') return libc;
  const v4 = family === 4;
  const fd = libc.socket(
    v4 ? AF_INET : AF_INET6,
    SOCK_DGRAM | SOCK_CLOEXEC,
    v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
  );
  if (fd >= 0 && (source === undefined || libc.bind(fd, ...sockaddr(family, source.bytes)) === 0)) return fd;
  const errno = libc.errno();
  if (fd >= 0) {
    libc.close(fd);
    return `from that source: ${errorText(errno)}`;
  }
  if (errno === EACCES || errno === EPERM) return refusal;
  return `the system gives no ping socket: ${errorText(errno)}`;
}

/** Why this machine can send no pings at all; undefined when it can. */
export function pingRefusal(): string | undefined {
  const opened = openPingSocket(4);
  if (typeof opened === 'string') return opened;
  if (typeof libc === 'object') libc.close(opened);
  return undefined;
}

/** `struct sockaddr_in` (16 bytes) or `sockaddr_in6` (28 bytes) without a port, and its length. */
function sockaddr(family: 4 | 6, address: Uint8Array): [Uint8Array, number] {
  const bytes = new Uint8Array(family === 4 ? 16 : 28);
  bytes[0] = family === 4 ? AF_INET : AF_INET6;
  bytes.set(address, family === 4 ? 4 : 8);
  return [bytes, bytes.length];
}

function errorText(errno: number): string {
  return getSystemErrorMap().get(-errno)?.[1] ?? `error ${errno}`;
}

const refusal =
  'the system refuses ping sockets: the group of this process is not in net.ipv4.ping_group_range';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const EPERM = 1;
const EACCES = 13;

interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  close(fd: number): number;
  errno(): number;
}

let libc: Libc | string | undefined;

function bind(): Libc | string {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
    const library = koffi.load('libc.so.6');
    const call = (definition: string) => library.func(definition);
    return {
      socket: call('int socket(int, int, int)') as Libc['socket'],
      bind: call('int bind(int, const uint8_t *, uint32_t)') as Libc['bind'],
      close: call('int close(int)') as Libc['close'],
      errno: koffi.errno,
    };
  } catch (error) {
    return `no ping sockets without koffi: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}
