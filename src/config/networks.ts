import { z } from 'zod';
import { parseAddress } from '../ip/address.ts';
import { formatPrefix, type Prefix, parsePrefix, prefixOf } from '../ip/prefix.ts';
import type { Findings } from './findings.ts';
import type { Path } from './source.ts';
import { absentWhenOff, reading } from './values.ts';
import { showName } from './wording.ts';

/** A list of at most `max` networks; empty when it is left out. */
export function networks(max: number) {
  const error = absentWhenOff(`a list of at most ${max} networks`);
  return z
    .array(reading(networkWanted, parsePrefix, hint), { error })
    .max(max, { error })
    .default([]);
}

/** Tells of each network that stands in the list at `path` before. */
export function tellRepeatedNetworks(list: readonly Prefix[], path: Path, findings: Findings): void {
  const seen = new Map<string, number>();
  for (const [i, network] of list.entries()) {
    const text = formatPrefix(network);
    const first = seen.get(text);
    if (first === undefined) seen.set(text, i);
    else {
      const message = `network ${showName(text)} stands here again; first as number ${first + 1} of the list`;
      findings.error('CONFIG_DUPLICATE', [...path, i], message);
    }
  }
}

const networkWanted = 'a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length';

/** The network that was meant. */
function hint(text: string): string | undefined {
  const [, host, bits] = /^([^/]+)(?:\/([0-9]{1,3}))?$/.exec(text) ?? [];
  const address = host === undefined ? undefined : parseAddress(host);
  if (address === undefined) return undefined;
  const most = 8 * address.bytes.length;
  if (bits === undefined) return `for one address write "${formatPrefix(prefixOf(address, most))}"`;
  return Number(bits) > most ? undefined : `did you mean "${formatPrefix(prefixOf(address, Number(bits)))}"?`;
}
