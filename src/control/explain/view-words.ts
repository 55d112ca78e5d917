import { distanceKm } from '../../geo/distance.ts';
import type { MatchEntry, MatchKey, View } from '../../geo/views.ts';
import { unwrapIpv4 } from '../../ip/embedded.ts';
import { formatPrefix, prefixOf } from '../../ip/prefix.ts';
import { unreachable } from '../../runtime/assert.ts';
import type { Scene } from './scene.ts';

/** What a number in a match view stands for: which entry, by which of its keys. */
export function matchWords(scene: Scene, view: number, number: number): string {
  const spec = scene.config.views[view]!;
  if (number === 0) return 'no database has the client';
  if (number === 1 || spec.kind !== 'match') return `nothing in the list matches${whereabouts(scene)}`;
  const entry = spec.entries[number - 2];
  return entry === undefined ? `entry ${number - 1}` : `the client matches ${entryWords(scene, entry)}`;
}

/** Where a region stands for this client: distance with bias, measured time. */
export function regionMeasure(scene: Scene, view: number, region: number): string | undefined {
  const spec = scene.config.views[view]!;
  const { latitude, longitude } = scene.config.regions[region]!;
  const km = scene.place && `${Math.round(distanceKm(scene.place, { latitude, longitude }))} km`;
  switch (spec.kind) {
    case 'distance': {
      const bias = spec.bias[region] ?? 0;
      return bias === 0 ? km : `${km ?? ''}${km ? ', ' : ''}bias ${bias > 0 ? '+' : ''}${bias} %`;
    }
    case 'latency': {
      const key = decidingKey(scene, latencyKeys(spec));
      const row =
        key && spec.table.rows.findLast((each) => each.region === region && sameKey(each.client, key));
      return row === undefined ? km : `${row.milliseconds} ms`;
    }
    case 'match':
      return km;
    default:
      return unreachable(spec);
  }
}

/** By what a ranking puts regions in order. */
export function rankingWords(scene: Scene, view: number, ranking: number): string {
  const spec = scene.config.views[view]!;
  if (ranking === 0 && scene.place === undefined)
    return 'no database has the client: regions in the order of the config';
  if (spec.kind !== 'latency') return 'by distance';
  const key = decidingKey(scene, latencyKeys(spec));
  return key === undefined
    ? 'no measurement fits the client: by distance'
    : `by round-trip times measured for ${keyWords(key)}, then by distance`;
}

function latencyKeys(view: Extract<View, { kind: 'latency' }>): MatchKey[] {
  return view.table.rows.map(({ client }) => client);
}

function entryWords(scene: Scene, { keys }: MatchEntry): string {
  const key = keys.length === 1 ? keys[0] : decidingKey(scene, keys);
  if (key !== undefined) return keyWords(key);
  const shown = keys.slice(0, SHOWN).map(keyWords).join(', ');
  return keys.length > SHOWN ? `one of ${shown} …` : `one of ${shown}`;
}

const SHOWN = 6;

/** The most specific of the keys that the client is known to have: the longest prefix, else a country. */
function decidingKey({ client, place }: Scene, keys: readonly MatchKey[]): MatchKey | undefined {
  const address = unwrapIpv4(client) ?? client;
  let best: Extract<MatchKey, { kind: 'prefix' }> | undefined;
  for (const key of keys) {
    if (key.kind !== 'prefix' || key.prefix.address.family !== address.family) continue;
    const holds = formatPrefix(prefixOf(address, key.prefix.length)) === formatPrefix(key.prefix);
    if (holds && (best === undefined || key.prefix.length > best.prefix.length)) best = key;
  }
  // An AS number or a subdivision that is not told here may stand above the country.
  if (best !== undefined || keys.some(({ kind }) => kind === 'asn' || kind === 'subdivision')) return best;
  return keys.find((key) => key.kind === 'country' && key.country === place?.country);
}

function sameKey(one: MatchKey, other: MatchKey): boolean {
  return keyWords(one) === keyWords(other);
}

function keyWords(key: MatchKey): string {
  switch (key.kind) {
    case 'prefix':
      return formatPrefix(key.prefix);
    case 'asn':
      return `AS${key.asn}`;
    case 'subdivision':
      return `${key.country}-${key.subdivision}`;
    case 'country':
      return key.country;
    case 'continent':
      return `continent ${key.continent}`;
    default:
      return unreachable(key);
  }
}

function whereabouts({ place }: Scene): string {
  return place?.country === undefined ? '' : ` (${place.country})`;
}
