import type { Query } from '../dns/query.ts';
import type { GeoMap } from '../geo/map.ts';
import { reservedBorder4, reservedBorder6, reservedPrefix4, reservedPrefix6 } from '../ip/reserved.ts';
import type { QuerySource } from './source.ts';

/** Where the client is, as far as steering goes. One object per worker. */
export class Client {
  /** Place of the client's ranking in `GeoMap.rankings`. */
  ranking = 0;
  /** Scope prefix of the answer (RFC 7871 §7.2.1), in the family of the query's client subnet option. */
  scope = 0;
}

/**
 * Places the client by the query's client subnet when that says something, else by the address that asked:
 *
 * - source prefix 0 opts out: the resolver's address decides, scope 0 (RFC 7871 §7.1.2);
 * - a reserved subnet (private, loopback …) has no place: the resolver's address decides, and the scope is the
 *   whole reserved block, so that nobody outside of it is served this answer from a cache;
 * - else the subnet decides, and the scope is the shortest prefix for which the map gives this ranking, and in which
 *   no address is reserved.
 */
export function placeClient(query: Query, source: QuerySource, map: GeoMap, client: Client): void {
  if (!query.subnet || query.subnetSource === 0) {
    client.scope = 0;
    placeSource(source, map, client);
    return;
  }
  if (query.subnetFamily === 4) {
    const reserved = reservedPrefix4(query.subnetW0);
    if (reserved === 0) {
      settle(map.find4(query.subnetW0), reservedBorder4(query.subnetW0), map, client);
      return;
    }
    client.scope = reserved;
  } else {
    const { subnetW0, subnetW1, subnetW2, subnetW3 } = query;
    const reserved = reservedPrefix6(subnetW0, subnetW1, subnetW2, subnetW3);
    if (reserved === 0) {
      const border = reservedBorder6(subnetW0, subnetW1, subnetW2, subnetW3);
      settle(map.find6(subnetW0, subnetW1, subnetW2, subnetW3), border, map, client);
      return;
    }
    client.scope = reserved;
  }
  placeSource(source, map, client);
}

function settle(found: number, border: number, map: GeoMap, client: Client): void {
  client.ranking = (found >>> 8) * map.regionCount;
  client.scope = Math.max(found & 0xff, border);
}

function placeSource(source: QuerySource, map: GeoMap, client: Client): void {
  const found =
    source.family === 4 ? map.find4(source.w0) : map.find6(source.w0, source.w1, source.w2, source.w3);
  client.ranking = (found >>> 8) * map.regionCount;
}
