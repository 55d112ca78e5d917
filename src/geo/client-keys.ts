import type { IpAddress } from '../ip/address.ts';
import { formatPrefix, prefixOf } from '../ip/prefix.ts';
import { continentOf } from './continents.ts';
import { keyText } from './key-text.ts';
import type { MatchKey } from './views.ts';

/**
 * Keys as an index: which of them a client has. A key is named by its place in the list; of equal keys the first
 * counts. −1 stands for none.
 */
export class ClientKeys {
  readonly keys: readonly MatchKey[];
  /** Countries of which a subdivision is a key. */
  readonly dividedCountries: ReadonlySet<string>;
  private readonly places = new Map<string, number>();
  /** Lengths of the prefixes by family, longest first. */
  private readonly lengths: Readonly<Record<4 | 6, readonly number[]>>;

  constructor(keys: readonly MatchKey[]) {
    this.keys = keys;
    for (const [i, key] of keys.entries()) {
      const text = keyText(key);
      if (!this.places.has(text)) this.places.set(text, i);
    }
    this.dividedCountries = new Set(keys.flatMap((key) => (key.kind === 'subdivision' ? [key.country] : [])));
    this.lengths = { 4: this.lengthsOf(4), 6: this.lengthsOf(6) };
  }

  has(kind: MatchKey['kind']): boolean {
    return this.keys.some((key) => key.kind === kind);
  }

  /** Whether an equal key stands before this one. */
  isRepeated(key: number): boolean {
    return this.at(keyText(this.keys[key]!)) !== key;
  }

  /** The longest prefix around an address. */
  ofAddress(address: IpAddress): number {
    for (const length of this.lengths[address.family]) {
      const at = this.at(formatPrefix(prefixOf(address, length)));
      if (at >= 0) return at;
    }
    return -1;
  }

  ofSystem(asn: number): number {
    return this.at(`AS${asn}`);
  }

  ofSubdivision(country: string, code: string | undefined): number {
    return code === undefined ? -1 : this.at(`${country}-${code}`);
  }

  ofCountry(country: string): number {
    return this.at(country);
  }

  ofContinentAround(country: string): number {
    return this.at(`continent ${continentOf(country)}`);
  }

  private at(text: string): number {
    return this.places.get(text) ?? -1;
  }

  private lengthsOf(family: 4 | 6): number[] {
    const own = this.keys.flatMap((key) =>
      key.kind === 'prefix' && key.prefix.address.family === family ? [key.prefix.length] : [],
    );
    return [...new Set(own)].sort((a, b) => b - a);
  }
}
