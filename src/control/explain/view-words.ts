import { decidingKey } from '../../geo/deciding-key.ts';
import { distanceKm } from '../../geo/distance.ts';
import { keyText } from '../../geo/key-text.ts';
import type { MatchEntry, MatchKey, View } from '../../geo/views.ts';
import { unreachable } from '../../runtime/assert.ts';
import type { Scene } from './scene.ts';

/** What a number in a match view stands for: which entry, by which of its keys. */
export function matchWords(scene: Scene, view: number, number: number): string {
  const spec = scene.config.views[view]!;
  if (number === 0) return 'no database has the client';
  if (number === 1 || spec.kind !== 'match') return `nothing in the list matches${whereabouts(scene)}`;
  const entry = spec.entries[number - 2];
  return entry === undefined ? `entry ${number - 1}` : `the client matches ${entryWords(scene, spec, entry)}`;
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
      const key = keyOf(scene, spec);
      const row =
        key &&
        spec.table.rows.findLast((each) => each.region === region && keyText(each.client) === keyText(key));
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
  const key = keyOf(scene, spec);
  return key === undefined
    ? 'no measurement fits the client: by distance'
    : `by round-trip times measured for ${keyText(key)}, then by distance`;
}

/** The key that decided; the entry's first ones where the databases cannot be asked any more. */
function entryWords(scene: Scene, view: View, { keys }: MatchEntry): string {
  const key = keyOf(scene, view);
  if (key !== undefined) return keyText(key);
  const shown = keys.slice(0, SHOWN).map(keyText).join(', ');
  return keys.length > SHOWN ? `one of ${shown} …` : `one of ${shown}`;
}

const SHOWN = 6;

function keyOf({ location }: Scene, view: View): MatchKey | undefined {
  return location === undefined ? undefined : decidingKey(view, location);
}

function whereabouts({ place }: Scene): string {
  return place?.country === undefined ? '' : ` (${place.country})`;
}
