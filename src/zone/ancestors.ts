import type { WireName } from '../dns/names.ts';
import { Has, type Nodes } from './nodes.ts';

/**
 * The number of the delegation that `name` lies at or below, -1 when the zone is authoritative for it. Of
 * several on the way the one nearest the apex counts: what is below it is not ours to delegate further.
 */
export function enclosingCut(nodes: Nodes, apex: WireName, name: WireName): number {
  let cut = -1;
  for (let at = 0; name.length - at > apex.length; at += name[at]! + 1) {
    const number = nodes.names.find(name, at);
    if (number >= 0 && (nodes.has[number]! & Has.NS) !== 0) cut = number;
  }
  return cut;
}

/** The number of the name above `name`, up to the apex, that has a DNAME; -1 when none has. */
export function dnameAbove(nodes: Nodes, apex: WireName, name: WireName): number {
  for (let at = 0; name.length - at > apex.length; ) {
    at += name[at]! + 1;
    const number = nodes.names.find(name, at);
    if (number >= 0 && (nodes.has[number]! & Has.DNAME) !== 0) return number;
  }
  return -1;
}

/** The number of the wildcard that answers for `name`, which itself has no records (RFC 4592 §3.3.1); -1 for none. */
export function wildcardFor(nodes: Nodes, apex: WireName, name: WireName): number {
  for (let at = 0; name.length - at > apex.length; ) {
    at += name[at]! + 1;
    const wildcard = new Uint8Array(2 + name.length - at);
    wildcard.set([1, 0x2a]);
    wildcard.set(name.subarray(at), 2);
    const number = nodes.names.find(wildcard);
    if (number >= 0 || nodes.names.find(name, at) >= 0) return number;
  }
  return -1;
}
