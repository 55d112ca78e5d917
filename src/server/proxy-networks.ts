import { SourceNetworks } from '../query/networks.ts';
import type { QuerySource } from '../query/source.ts';
import { readProxyHeader } from './proxy-header.ts';

/** The networks whose peers speak for others: from there a PROXY header must come first, from elsewhere none is read. */
export class ProxyNetworks extends SourceNetworks {
  /**
   * Bytes before the query in a datagram of `length` bytes from `source`, which then is the client: 0 from anywhere
   * else, −1 when the header that must be there is not, or not whole.
   */
  skipHeader(packet: Uint8Array, length: number, source: QuerySource): number {
    if (!this.contains(source)) return 0;
    const header = readProxyHeader(packet, length, source);
    return header > 0 ? header : -1;
  }
}
