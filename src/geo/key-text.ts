import { formatPrefix } from '../ip/prefix.ts';
import { unreachable } from '../runtime/assert.ts';
import type { MatchKey } from './views.ts';

/** A key as people write it: `192.0.2.0/24`, `AS64496`, `US-CA`, `US`; a continent `NA` as `continent NA`. */
export function keyText(key: MatchKey): string {
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
