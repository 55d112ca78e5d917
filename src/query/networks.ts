import type { Prefix } from '../ip/prefix.ts';
import type { QuerySource } from './source.ts';

/** Networks of an operator's list, made for the question whether a packet's source is in one of them. */
export class SourceNetworks {
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

  contains(source: QuerySource): boolean {
    for (const network of this.networks) if (holds(network, source)) return true;
    return false;
  }
}

interface Network {
  readonly family: 4 | 6;
  /** Both have four words; an IPv4 network uses the first. */
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

function holds({ family, words, masks }: Network, source: QuerySource): boolean {
  if (family !== source.family || ((source.w0 ^ words[0]!) & masks[0]!) !== 0) return false;
  if (family === 4) return true;
  return (
    ((source.w1 ^ words[1]!) & masks[1]!) === 0 &&
    ((source.w2 ^ words[2]!) & masks[2]!) === 0 &&
    ((source.w3 ^ words[3]!) & masks[3]!) === 0
  );
}

/** The first `bits` bits of a word; fewer than 1 are none, more than 31 are all. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : ~(0xffffffff >>> bits);
}
