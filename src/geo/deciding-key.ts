import { ClientKeys } from './client-keys.ts';
import { isLookedUpAsIpv4 } from './ipv4-blocks.ts';
import type { Location } from './locate.ts';
import type { MatchKey, View } from './views.ts';

/**
 * The key by which a view came to its number for a client: the most specific one that the client has. Undefined
 * when it has none, and for a view without keys.
 */
export function decidingKey(view: View, location: Location): MatchKey | undefined {
  const keys = keysOf(view);
  const index = new ClientKeys(keys);
  return keys[choose(index, location)];
}

function keysOf(view: View): readonly MatchKey[] {
  if (view.kind === 'distance') return [];
  if (view.kind === 'latency') return view.table.rows.map(({ client }) => client);
  return view.entries.flatMap(({ keys }) => keys);
}

function choose(index: ClientKeys, { address, placed, system }: Location): number {
  const length = address.bytes.length * 8;
  const isAddress = !isLookedUpAsIpv4({ address, length });
  const country = placed?.place.country;
  const found = [
    isAddress ? index.ofAddress(address) : -1,
    system === undefined ? -1 : index.ofSystem(system.asn),
    country === undefined ? -1 : index.ofSubdivision(country, placed?.place.subdivisionCode),
    country === undefined ? -1 : index.ofCountry(country),
    country === undefined ? -1 : index.ofContinentAround(country),
  ];
  return found.find((key) => key >= 0) ?? -1;
}
