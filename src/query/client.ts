import type { Query } from '../dns/query.ts';
import { reservedBorder4, reservedBorder6, reservedPrefix4, reservedPrefix6 } from '../ip/reserved.ts';
import { NodeField } from '../snapshot/image.ts';
import type { Asker } from '../steering/asker.ts';
import { mix } from '../steering/mix.ts';
import type { QueryContext } from './context.ts';
import type { QuerySource } from './source.ts';

/** Tells the asker who asks for the steered name of `node`; draws change every `ttlSeconds`. */
export function introduce(
  context: QueryContext,
  source: QuerySource,
  node: number,
  ttlSeconds: number,
): void {
  const { asker, query } = context;
  asker.begin();
  placeClient(query, source, asker);
  asker.name = query.name;
  asker.labelAt = steeredLabel(context, node);
  const who = mix(mix(mix(source.w0 ^ 0x3c6ef372) ^ source.w1) ^ source.w2) ^ source.w3;
  const step = Math.max(ttlSeconds, 1);
  // Resolvers change their draws at moments of their own, so that no load jumps at a full minute.
  const moment = Math.floor((context.nowSeconds + ((who >>> 8) % step)) / step);
  asker.drawSeed = mix(mix(who) ^ moment);
}

/**
 * Places the client by the query's client subnet when that says something, else by the address that asked:
 *
 * - source prefix 0 opts out: the resolver's address decides, scope 0 (RFC 7871 §7.1.2);
 * - a reserved subnet (private, loopback …) has no place: the resolver's address decides, and the scope is the
 *   whole reserved block, so that nobody outside of it is served this answer from a cache;
 * - else the subnet decides, and the scope is the shortest prefix for which the decision holds, and in which no address
 *   is reserved.
 */
function placeClient(query: Query, source: QuerySource, asker: Asker): void {
  asker.fixedScope = 0;
  if (query.subnet && query.subnetSource !== 0) {
    const { subnetFamily, subnetW0, subnetW1, subnetW2, subnetW3 } = query;
    const isIpv4 = subnetFamily === 4;
    const reserved = isIpv4
      ? reservedPrefix4(subnetW0)
      : reservedPrefix6(subnetW0, subnetW1, subnetW2, subnetW3);
    if (reserved === 0) {
      asker.fixedScope = -1;
      asker.border = isIpv4
        ? reservedBorder4(subnetW0)
        : reservedBorder6(subnetW0, subnetW1, subnetW2, subnetW3);
      asker.family = subnetFamily;
      asker.w0 = subnetW0;
      asker.w1 = subnetW1;
      asker.w2 = subnetW2;
      asker.w3 = subnetW3;
      return;
    }
    asker.fixedScope = reserved;
  }
  asker.family = source.family;
  asker.w0 = source.w0;
  asker.w1 = source.w1;
  asker.w2 = source.w2;
  asker.w3 = source.w3;
}

/** Where the label in front of a wildcard's parent starts in the query's name: `<label>.app.example.com` of `*.app…`. */
function steeredLabel({ image, query }: QueryContext, node: number): number {
  const { words, bytes } = image;
  const owner = words[node + NodeField.NAME]!;
  if (bytes[owner] !== 1 || bytes[owner + 1] !== 0x2a) return 0;
  const parentAt = query.nameLength - (words[node + NodeField.NAME_LENGTH]! - 2);
  let label = 0;
  for (let at = 0; at < parentAt; at += query.name[at]! + 1) label = at;
  return label;
}
