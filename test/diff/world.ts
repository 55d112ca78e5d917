import type { Config, Pool } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy-model.ts';
import type { Countries } from '../../src/diff/countries.ts';
import { populations } from '../../src/diff/populations.ts';
import type { SideParts } from '../../src/diff/side.ts';
import { loadGeo } from '../../src/geo/load.ts';
import { GeoMap } from '../../src/geo/map.ts';
import type { View } from '../../src/geo/views.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { Situation } from '../steering/situation.ts';
import { wireName } from '../zone/load.ts';

/** An endpoint: its region by name, its family or that it has a host name alone, its weight. */
export type EndpointSpec = readonly [region: string, kind: 4 | 6 | 'host', weight?: number];

/** One config in the terms of the model; names are given, indexes are places in these lists. */
export interface Scene {
  readonly regions: readonly string[];
  readonly pools: Readonly<Record<string, readonly EndpointSpec[]>>;
  readonly policies: readonly Policy[];
  readonly views?: readonly View[];
  readonly owners?: readonly Readonly<Record<string, number>>[];
  /** Owner name → name of the policy; default: each policy has `NAME.example`. */
  readonly steer?: Readonly<Record<string, string>>;
  readonly situation?: Situation;
  readonly hosts?: 'cname' | 'flatten';
}

export function sideOf(scene: Scene): SideParts {
  const { regions, pools, policies, views = [], owners = [], hosts = 'flatten' } = scene;
  const steer = scene.steer ?? Object.fromEntries(policies.map(({ name }) => [`${name}.example`, name]));
  const config: Partial<Config> = {
    regions: regions.map((name) => ({ name, title: name, latitude: 0, longitude: 0, check: undefined })),
    pools: Object.entries(pools).map(([name, specs]) => poolOf(name, specs, regions)),
    ...{ policies, views, owners: owners.map((table) => ({ owners: new Map(Object.entries(table)) })) },
    steerings: policies.map((_, policy) => ({ policy, hosts, ...plainSteering })),
    zones: [{ apex: wireName('example.'), source: { lines: [] }, steer: steersOf(steer, policies) }],
  };
  return {
    config: config as Config,
    views: mapsOf(views),
    owners: config.owners!.map(buildOwners),
    conditions: scene.situation ?? new Situation(),
  };
}

/** What every policy has, for tests to add to. */
export const plain = {
  ttl: { minSeconds: 20, maxSeconds: 20 },
  answers: 1,
  allDown: 'serve-all',
  fallback: undefined,
  families: 'together',
  residency: undefined,
} as const;

/** A view by prefixes: entry i holds the ith list. */
export function viewOf(entries: readonly (readonly string[])[]): View {
  const keysOf = (prefixes: readonly string[]) =>
    prefixes.map((prefix) => ({ kind: 'prefix', prefix: parsePrefix(prefix)! }) as const);
  return { kind: 'match', entries: entries.map((prefixes) => ({ keys: keysOf(prefixes) })) };
}

/** A world of a few countries, by their networks. */
export function countriesOf(networks: Readonly<Record<string, readonly string[]>>): Countries {
  const [map] = mapsOf([viewOf(Object.values(networks))]);
  return { map: new GeoMap(map!), codes: [undefined, undefined, ...Object.keys(networks)] };
}

/** Of the people of some countries, those of one. */
export function peopleShare(country: string, among: readonly string[]): number {
  const all = among.reduce((sum, code) => sum + populations.get(code)!, 0);
  return populations.get(country)! / all;
}

function mapsOf(views: readonly View[]): readonly SharedArrayBuffer[] {
  return loadGeo({ sources: [], regions: [], sets: [], views, cacheDirectory: undefined }).maps;
}

const plainSteering = {
  https: undefined,
  svcb: undefined,
  srv: undefined,
  mx: undefined,
} as const;

function poolOf(name: string, specs: readonly EndpointSpec[], regions: readonly string[]): Pool {
  const endpoints = specs.map(([region, kind, weight = 1], i) => {
    const text = kind === 4 ? `192.0.2.${i + 1}` : `2001:db8::${i + 1}`;
    const address = kind === 'host' ? undefined : parseAddress(text);
    const host = kind === 'host' ? wireName(`${region}.example.`) : undefined;
    const probe = { address, port: undefined };
    return { name: `e${i}`, region: regions.indexOf(region), address, host, weight, probe };
  });
  return {
    ...{ name, monitor: undefined, endpoints },
    ...{ floor: undefined, rampMs: undefined, minUp: undefined, capacities: [] },
  };
}

function steersOf(steer: Readonly<Record<string, string>>, policies: readonly Policy[]) {
  return Object.entries(steer).map(([owner, policy]) => ({
    owner: wireName(`${owner}.`),
    steering: policies.findIndex(({ name }) => name === policy),
    ...{ line: 1, column: 1 },
  }));
}
