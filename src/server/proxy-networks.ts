import type { Prefix } from '../ip/prefix.ts';
import type { QuerySource } from '../query/source.ts';
import { readProxyHeader } from './proxy-header.ts';

/** The networks whose peers speak for others: from there a PROXY header must come first, from elsewhere none is read. */
export class ProxyNetworks {
  private readonly networks: readonly Network[];

  constructor(prefixes: readonly Prefix[]) {
    this.networks = prefixes.map(({ address, length }) => {
      const view = new DataView(address.bytes.buffer, address.bytes.byteOffset, address.bytes.byteLength);
      const words = [0, 0, 0, 0].map((_, i) => (4 * i < view.byteLength ? view.getUint32(4 * i) : 0));
      const masks = words.map((_, i) => maskOf(length - 32 * i));
      return { family: address.family, words, masks };
    });
  }

  get empty(): boolean {
    return this.networks.length === 0;
  }

  /**
   * Bytes before the query in a datagram of `length` bytes from `source`, which then is the client: 0 from anywhere
   * else, −1 when the header that must be there is not, or not whole.
   */
  skipHeader(packet: Uint8Array, length: number, source: QuerySource): number {
    if (!this.contains(source)) return 0;
    const header = readProxyHeader(packet, length, source);
    return header > 0 ? header : -1;
  }

  contains(source: QuerySource): boolean {
    const { family, w0, w1, w2, w3 } = source;
    return this.networks.some(({ family: of, words, masks }) => {
      if (of !== family || ((w0 ^ words[0]!) & masks[0]!) !== 0) return false;
      if (family === 4) return true;
      return (
        ((w1 ^ words[1]!) & masks[1]!) === 0 &&
        ((w2 ^ words[2]!) & masks[2]!) === 0 &&
        ((w3 ^ words[3]!) & masks[3]!) === 0
      );
    });
  }
}

interface Network {
  readonly family: 4 | 6;
  /** Both have four words; an IPv4 network uses the first. */
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

/** The first `bits` bits of a word; fewer than 1 are none, more than 31 are all. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : ~(0xffffffff >>> bits);
}
