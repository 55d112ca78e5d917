import { RrType } from '../dns/constants.ts';
import type { Query } from '../dns/query.ts';
import { type Image, NodeField } from './image.ts';

/** What the zones say about a name (RFC 1034 §4.3.2, RFC 4592 §3.3). */
export const Found = {
  /** Not in any of our zones. */
  OUTSIDE: 0,
  /** The name exists, perhaps without records of its own (an empty non-terminal). */
  NODE: 1,
  /** The name does not exist, a wildcard stands for it. */
  WILDCARD: 2,
  /** The name lies in a zone that we have delegated. */
  REFERRAL: 3,
  NXDOMAIN: 4,
  /** An ancestor is a DNAME owner (RFC 6672). */
  DNAME: 5,
} as const;
export type Found = (typeof Found)[keyof typeof Found];

/** Result of a look-up; one per worker. */
export class Place {
  found: Found = Found.OUTSIDE;
  /** The node to answer from: the name's, the wildcard's, the delegation's, the DNAME's; at NXDOMAIN the closest encloser's. */
  node = 0;
  /** The first label of `node` within the query's name. */
  label = 0;
}

/** Finds the query's name in the image. */
export function lookup(image: Image, query: Query, place: Place): void {
  const node = image.find(query.suffixHash[0]!, query.name, 0, query.nameLength);
  if (node !== 0) {
    settle(image, query, place, node, 0, Found.NODE);
    return;
  }
  // Every ancestor inside a zone has a node, so that the first one met is the closest encloser.
  for (let label = 1; label <= query.labels; label++) {
    const at = query.labelAt[label]!;
    const encloser = image.find(query.suffixHash[label]!, query.name, at, query.nameLength - at);
    if (encloser === 0) continue;
    if (image.words[encloser + NodeField.CUT] === 0 && image.rrset(encloser, RrType.DNAME) !== 0) {
      place.found = Found.DNAME;
      place.node = encloser;
      place.label = label;
      return;
    }
    const wildcard = image.words[encloser + NodeField.WILDCARD]!;
    if (wildcard !== 0) settle(image, query, place, wildcard, label, Found.WILDCARD);
    else settle(image, query, place, encloser, label, Found.NXDOMAIN);
    return;
  }
  place.found = Found.OUTSIDE;
  place.node = 0;
}

/** `found`, unless the node is at or below a delegation. */
function settle(image: Image, query: Query, place: Place, node: number, label: number, found: Found): void {
  const words = image.words;
  const cut = words[node + NodeField.CUT]!;
  if (cut === 0) {
    place.found = found;
    place.node = node;
    place.label = label;
    return;
  }
  place.found = Found.REFERRAL;
  place.node = cut;
  const at = query.nameLength - words[cut + NodeField.NAME_LENGTH]!;
  while (label < query.labels && query.labelAt[label]! !== at) label++;
  place.label = label;
}
