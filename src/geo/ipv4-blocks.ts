import type { Prefix } from '../ip/prefix.ts';

type Words = readonly [number, number, number, number];

interface Block {
  readonly length: number;
  readonly start: Words;
  /** First address after the block. */
  readonly next: Words;
}

/** The blocks of `embeddedBits`, in order: their clients are placed by the IPv4 address inside. */
export const ipv4Blocks: readonly Block[] = [
  { length: 96, start: [0, 0, 0xffff, 0], next: [0, 0, 0x1_0000, 0] },
  { length: 96, start: [0x64_ff9b, 0, 0, 0], next: [0x64_ff9b, 0, 1, 0] },
  { length: 32, start: [0x2001_0000, 0, 0, 0], next: [0x2001_0001, 0, 0, 0] },
  { length: 16, start: [0x2002_0000, 0, 0, 0], next: [0x2003_0000, 0, 0, 0] },
];

/** ::/96, where an IPv6 database keeps its IPv4 addresses. No IPv6 client comes from there. */
export const ipv4Tree: Block = { length: 96, start: [0, 0, 0, 0], next: [0, 0, 1, 0] };

const notIpv6 = [ipv4Tree, ...ipv4Blocks];

/**
 * Whether the block of this length at this address says nothing about IPv6 clients. Some writers hang aliases of
 * the whole IPv4 tree there, which would be walked again and again.
 */
export function isNotIpv6(w0: number, w1: number, w2: number, length: number): boolean {
  if (length !== 16 && length !== 32 && length !== 96) return false;
  return notIpv6.some(
    ({ start, length: bits }) => bits === length && start[0] === w0 && start[1] === w1 && start[2] === w2,
  );
}

/** Whether the whole prefix lies in a block whose clients are not looked up as IPv6. */
export function isLookedUpAsIpv4({ address: { family, bytes }, length }: Prefix): boolean {
  if (family === 4) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  return notIpv6.some(({ start, next, length: bits }) => {
    if (length < bits) return false;
    const words = [0, 1, 2].map((i) => view.getUint32(4 * i)) as [number, number, number];
    return compare(start, words) <= 0 && compare(words, next) < 0;
  });
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}
