import { continentOf } from '../geo/continents.ts';
import type { MatchKey } from '../geo/views.ts';
import { parseAddress } from '../ip/address.ts';
import { formatPrefix, parsePrefix, prefixOf } from '../ip/prefix.ts';

/** Which clients a text stands for. Wider groups give way to narrower ones: `DE` to `EU27`, that to `EEA`. */
export type Clients =
  | { readonly ok: true; readonly keys: readonly MatchKey[]; readonly width: number }
  | { readonly ok: false; readonly reason: string };

export const clientsWanted =
  'a network (192.0.2.0/24), an AS number (AS64500), a continent (EU), a country (NA-US or US), a subdivision (US-CA), EU27 or EEA';

/**
 * Reads `192.0.2.0/24`, `AS64500`, `EU`, `NA-US`, `NA-US-CA`, `US`, `US-CA`, `EU27`, `EEA`. Two letters that are a
 * continent mean the continent: Namibia is `AF-NA`.
 */
export function readClients(text: string): Clients {
  const group = groups[text];
  if (group !== undefined) return group;
  if (text.includes('/')) return readPrefix(text);
  const asn = /^AS([1-9][0-9]{0,9})$/.exec(text);
  if (asn !== null && Number(asn[1]) <= 0xffff_ffff) return one({ kind: 'asn', asn: Number(asn[1]) });
  const address = parseAddress(text);
  if (address !== undefined) {
    return no(`an address needs a length: ${formatPrefix(prefixOf(address, 8 * address.bytes.length))}`);
  }
  if (/^[A-Z]{2}(-[A-Z0-9]{1,3}){0,2}$/.test(text)) return readPlace(text.split('-'));
  return no(upperCaseMeant(text) ?? `wanted ${clientsWanted}`);
}

function upperCaseMeant(text: string): string | undefined {
  const upper = text.toUpperCase();
  return upper !== text && readClients(upper).ok ? `did you mean ${upper}?` : undefined;
}

function readPrefix(text: string): Clients {
  const prefix = parsePrefix(text);
  if (prefix !== undefined) return one({ kind: 'prefix', prefix });
  const [, start, length] = /^([^/]+)\/([0-9]{1,3})$/.exec(text) ?? [];
  const address = start === undefined ? undefined : parseAddress(start);
  if (address === undefined || Number(length) > 8 * address.bytes.length) {
    return no('wanted a network such as 192.0.2.0/24 or 2001:db8::/32');
  }
  return no(`bits are set past its length: ${formatPrefix(prefixOf(address, Number(length)))}`);
}

function readPlace(codes: readonly string[]): Clients {
  const [first, ...rest] = codes;
  if (!continents.has(first!)) return readInCountry(codes);
  if (rest.length === 0) return one({ kind: 'continent', continent: first! });
  const [country, subdivision] = rest;
  const continent = continentOf(country!);
  if (continent === first) return readInCountry(rest);
  if (continent !== undefined) {
    const right = [continent, ...rest].join('-');
    return no(`${country} is in ${continent}, not in ${first}; write ${right}`);
  }
  const own = continentOf(first!);
  if (own === undefined || subdivision !== undefined) return no(`${country} is no country${meant(country!)}`);
  return no(`${first} is a continent here; a subdivision of country ${first} is ${own}-${first}-${country}`);
}

function readInCountry([country, subdivision, more]: readonly string[]): Clients {
  if (continentOf(country!) === undefined) return no(`${country} is no country${meant(country!)}`);
  if (more !== undefined) return no(`wanted a continent before country ${country}, or nothing`);
  if (subdivision === undefined) return one({ kind: 'country', country: country! });
  return one({ kind: 'subdivision', country: country!, subdivision });
}

function one(key: MatchKey): Clients {
  return { ok: true, keys: [key], width: 0 };
}

function no(reason: string): Clients {
  return { ok: false, reason };
}

/** Codes that people use for a country whose code is another. */
function meant(code: string): string {
  const right = { UK: 'GB', EL: 'GR' }[code];
  return right === undefined ? ' (ISO 3166-1, two letters)' : `; did you mean ${right}?`;
}

function groupOf(countries: string, width: number): Clients {
  return { ok: true, width, keys: countries.split(' ').map((country) => ({ kind: 'country', country })) };
}

const union = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK';

/** Groups of countries by treaty: the European Union since 2020, and the European Economic Area. */
const groups: Readonly<Record<string, Clients>> = Object.assign(Object.create(null), {
  EU27: groupOf(union, 1),
  EEA: groupOf(`${union} IS LI NO`, 2),
});

const continents: ReadonlySet<string> = new Set(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']);
