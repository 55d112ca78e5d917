import { parseAddress } from '../ip/address.ts';
import { limits } from '../runtime/limits.ts';
import type { Libc } from './libc.ts';
import { AF_INET, AF_INET6, errorText, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_STREAM } from './libc.ts';
import type { ListenAddress } from './sockaddr.ts';
import { encodeSockaddr, isWildcard, sockaddrPort } from './sockaddr.ts';

/** A bound socket of this process: the number is valid in every thread. */
export interface BoundSocket {
  readonly fd: number;
  readonly port: number;
}

/**
 * Opens a bound UDP socket for one worker. Sockets of several workers share an address (SO_REUSEPORT) and the
 * kernel spreads clients over them. Throws with the kernel's word for it, such as "address already in use".
 */
export function openUdpSocket(libc: Libc, listen: ListenAddress): BoundSocket {
  return openSocket(libc, SOCK_DGRAM, listen, (set, v4, wildcard) => {
    set(SOL_SOCKET, SO_REUSEPORT, 1);
    set(SOL_SOCKET, SO_RCVBUF, limits.udpReceiveBufferBytes);
    set(SOL_SOCKET, SO_SNDBUF, limits.udpSendBufferBytes);
    set(SOL_SOCKET, SO_RCVTIMEO, limits.udpWaitMs);
    set(SOL_SOCKET, SO_SNDTIMEO, limits.udpWaitMs);
    // Answers ignore learnt path MTUs, which strangers can forge to force fragments (RFC 9715 §3.1).
    set(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, PMTUDISC_OMIT);
    if (wildcard) set(v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO, 1);
  });
}

/**
 * Opens a bound TCP socket, not yet listening. SO_REUSEPORT lets a new worker set start beside the old one. Its
 * connections inherit the sizes of its buffers, which the kernel would let grow to megabytes for each.
 */
export function openTcpSocket(libc: Libc, listen: ListenAddress): BoundSocket {
  return openSocket(libc, SOCK_STREAM, listen, (set) => {
    set(SOL_SOCKET, SO_REUSEADDR, 1);
    set(SOL_SOCKET, SO_REUSEPORT, 1);
    set(SOL_SOCKET, SO_RCVBUF, limits.tcpReceiveBufferBytes);
    set(SOL_SOCKET, SO_SNDBUF, limits.tcpSendBufferBytes);
  });
}

/**
 * Throws, as `openUdpSocket` does, when another socket holds this address. SO_REUSEPORT alone would let a second
 * process of the same user take a share of the queries without anybody noticing.
 */
export function refuseOtherListener(libc: Libc, transport: 'udp' | 'tcp', listen: ListenAddress): void {
  const type = transport === 'udp' ? SOCK_DGRAM : SOCK_STREAM;
  const { fd } = openSocket(libc, type, listen, (set) => {
    if (transport === 'tcp') set(SOL_SOCKET, SO_REUSEADDR, 1);
  });
  libc.close(fd);
}

/**
 * Takes a UDP socket out of the group that shares its address: a socket that is connected, here to a port where
 * nobody is, gets no more strangers' packets, but keeps those that it holds and can still answer them. The kernel
 * gives new packets to the other sockets, such as those of the set that takes over.
 */
export function detachUdpSocket(libc: Libc, fd: number, host: string): void {
  const address = parseAddress(host)!;
  const loopback = parseAddress(address.family === 4 ? '127.0.0.1' : '::1')!;
  const name = encodeSockaddr(isWildcard(address) ? loopback : address, DISCARD_PORT);
  const memory = new ArrayBuffer(name.length);
  new Uint8Array(memory).set(name);
  libc.connect(fd, libc.addressOf(memory), name.length);
}

type SetOption = (level: number, name: number, value: number) => void;

function openSocket(
  libc: Libc,
  type: number,
  listen: ListenAddress,
  configure: (set: SetOption, v4: boolean, wildcard: boolean) => void,
): BoundSocket {
  const address = parseAddress(listen.host);
  if (address === undefined) throw new Error('not an IP address');
  const v4 = address.family === 4;
  const fd = libc.socket(v4 ? AF_INET : AF_INET6, type | SOCK_CLOEXEC, 0);
  if (fd < 0) throw new Error(errorText(libc.errno()));
  const memory = new ArrayBuffer(64);
  const at = libc.addressOf(memory);
  // Options are wishes (a small send buffer still works), but v6 sockets must leave v4 alone.
  const set: SetOption = (level, name, value) => {
    libc.setsockopt(fd, level, name, at, putOption(memory, name, value));
  };
  if (!v4) set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
  configure(set, v4, isWildcard(address));
  const name = encodeSockaddr(address, listen.port);
  const bytes = new Uint8Array(memory);
  bytes.set(name);
  if (libc.bind(fd, at, name.length) < 0) throw closeWithReason(libc, fd);
  new DataView(memory).setUint32(32, name.length, true);
  if (libc.getsockname(fd, at, at + 32) < 0) throw closeWithReason(libc, fd);
  return { fd, port: sockaddrPort(bytes) };
}

function closeWithReason(libc: Libc, fd: number): Error {
  const reason = errorText(libc.errno());
  libc.close(fd);
  return new Error(reason);
}

/** Writes the option's value (an int, or a timeval for the two time-outs) and returns its length. */
function putOption(memory: ArrayBuffer, name: number, value: number): number {
  const view = new DataView(memory);
  if (name !== SO_RCVTIMEO && name !== SO_SNDTIMEO) {
    view.setInt32(0, value, true);
    return 4;
  }
  view.setBigInt64(0, BigInt(Math.floor(value / 1000)), true);
  view.setBigInt64(8, BigInt((value % 1000) * 1000), true);
  return 16;
}

const DISCARD_PORT = 9;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_SNDTIMEO = 21;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IP_MTU_DISCOVER = 10;
const IPPROTO_IPV6 = 41;
const IPV6_MTU_DISCOVER = 23;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;
/** Neither set "don't fragment" nor believe what ICMP says about the path. */
const PMTUDISC_OMIT = 5;
