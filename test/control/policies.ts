import type { Config } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy-model.ts';
import type { Loaded } from '../../src/control/load.ts';
import { loadGeo } from '../../src/geo/load.ts';
import type { MatchKey, View } from '../../src/geo/views.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { Explained } from './explained.ts';

/** What every policy has, where a test says nothing else. */
const plain = {
  ttl: { minSeconds: 20, maxSeconds: 20 },
  answers: 1,
  allDown: 'serve-all',
  fallback: undefined,
  families: 'together',
  residency: undefined,
} as const;

type WithoutBase<P> = P extends Policy
  ? Omit<P, keyof typeof plain | 'name'> & Partial<Pick<P, keyof typeof plain>>
  : never;

/** A policy of a test. */
export type PolicyPart = WithoutBase<Policy>;

export interface PolicyParts {
  /** `name: [region, address, weight]` by endpoint, by pool. */
  readonly pools: Readonly<
    Record<string, Readonly<Record<string, readonly [region: string, address: string, weight?: number]>>>
  >;
  /** In the order of their indexes. The names that they steer: `NAME.example.com`, with `*.` before those of `wildcards`. */
  readonly policies: Readonly<Record<string, PolicyPart>>;
  readonly wildcards?: readonly string[];
  readonly views?: readonly View[];
  readonly owners?: Readonly<Record<string, number>>;
}

/** Regions of `site.ts` by their indexes. */
export const Region = { US_EAST: 0, US_WEST: 1, EU_WEST: 2, EU_CENTRAL: 3, SA_EAST: 4 } as const;

/**
 * A loaded config whose policies are these: the files of a site are loaded with a policy of each name, and then the
 * policies themselves are put in their places.
 */
export function explainedPolicies(parts: PolicyParts): Explained {
  const { pools, policies, wildcards = [] } = parts;
  const [first] = Object.keys(pools);
  const names = Object.keys(policies);
  const steer = names.map((name) => [wildcards.includes(name) ? `*.${name}` : name, name]);
  return new Explained(
    {
      pools: Object.fromEntries(
        Object.entries(pools).map(([pool, endpoints]) => [pool, poolText(endpoints)]),
      ),
      policies: Object.fromEntries(names.map((name) => [name, { type: 'nearest', pool: first }])),
      zones: [{ name: 'example.com', file: 'example.zone', steer: Object.fromEntries(steer) }],
    },
    (loaded) => changed(loaded, parts),
  );
}

function poolText(endpoints: PolicyParts['pools'][string]) {
  return {
    endpoints: Object.entries(endpoints).map(([name, [region, address, weight = 1]]) => ({
      ...{ name, region, address, weight },
    })),
  };
}

function changed(loaded: Loaded, { policies, views = [], owners = {} }: PolicyParts): Loaded {
  const config: Config = {
    ...loaded.config,
    policies: Object.entries(policies).map(([name, part]) => ({ ...plain, name, ...part }) as Policy),
    views,
    owners: [{ owners: new Map(Object.entries(owners)) }],
  };
  const sets = config.pools.map(({ endpoints }) => endpoints.map(({ region }) => region));
  const { databases: sources } = config.geo;
  const { maps } = loadGeo({ sources, regions: config.regions, sets, views, cacheDirectory: undefined });
  return { ...loaded, config, geo: { ...loaded.geo, maps }, owners: config.owners.map(buildOwners) };
}

/** `81.2.0.0/16` */
export function prefixKey(text: string): Extract<MatchKey, { kind: 'prefix' }> {
  return { kind: 'prefix', prefix: parsePrefix(text)! };
}
