/** Sizes and offsets of 64-bit Linux, in bytes (recvmmsg(2), cmsg(3), ip(7), ipv6(7)). */
export const layout = {
  /** `struct mmsghdr`: a `msghdr`, then what the kernel received or sent. */
  header: 64,
  name: 0,
  nameLength: 8,
  iov: 16,
  iovCount: 24,
  control: 32,
  controlLength: 40,
  flags: 48,
  length: 56,
  /** `struct iovec`: address, length. */
  vector: 16,
  sockaddr4: 16,
  sockaddr6: 28,
  sockaddrPort: 2,
  sockaddr4Address: 4,
  sockaddr6Address: 8,
  /** `struct cmsghdr` and what follows: `in_pktinfo` {interface, local, header}, `in6_pktinfo` {address, interface}. */
  cmsghdr: 16,
  cmsgLevel: 8,
  cmsgType: 12,
  pktinfo4: 12,
  pktinfo6: 20,
} as const;
