import fc from 'fast-check';
import type { Permitted, Policy, Residency, SplitRule, Tier, Use } from '../../src/config/policy-model.ts';
import { parseAddress } from '../../src/ip/address.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';
import type { Window } from '../../src/steering/window.ts';
import { named, policy } from './policies.ts';
import { Situation } from './situation.ts';
import { type Block, viewOf } from './view.ts';
import type { EndpointSpec, Question, Scene } from './world.ts';

const REGIONS = 4;
const POOLS = 3;
/** Policies of the first level lead to pools, those of the others to pools and policies of the levels before. */
const LEVELS = [3, 3, 1] as const;
/** The policy that is asked: the last, so that it may lead to all others. */
export const ROOT = 6;
const View = { DISTANCE: 0, LATENCY: 1, GEO: 2, SPLIT: 3, RESIDENCY: 4 } as const;
/** 2026-01-05, a Monday, 12:00 UTC. */
const NOON_MS = Date.UTC(2026, 0, 5, 12);

export const kinds = [
  ...([
    'nearest fill',
    'nearest one-region',
    'nearest each-region',
    'latency',
    'geo',
    'failover tiers',
  ] as const),
  ...(['failover uses', 'weighted pool', 'weighted region', 'weighted shares', 'hash regions'] as const),
  ...(['hash list', 'multi shuffled', 'multi ordered', 'home', 'schedule', 'split'] as const),
] as const;
export type Kind = (typeof kinds)[number];

export interface SceneOptions {
  /** The kind of the policy that is asked. */
  readonly root: Kind;
  readonly families: 'together' | 'apart';
  /** It leads to policies that lead to policies; else to pools alone. */
  readonly nested: boolean;
  /** Every endpoint has one of the other family beside it; none is drained, and there are no fallbacks. */
  readonly dual?: boolean;
  readonly residency?: boolean;
  /** Regions let in a part of the clients. */
  readonly shares?: boolean;
  readonly states?: readonly EndpointState[];
}

export interface RandomScene {
  readonly scene: Scene;
  readonly situation: Situation;
  readonly questions: readonly Omit<Question, 'policy'>[];
}

/** What is random about a policy. Picks are taken modulo of what there is. */
interface Draft {
  readonly kind: Kind;
  readonly uses: readonly { readonly isPolicy: boolean; readonly pick: number }[];
  readonly picks: readonly number[];
  readonly window: Window;
  readonly allDown: Policy['allDown'];
  readonly fallback: { readonly isPolicy: boolean; readonly pick: number } | undefined;
  readonly answers: number;
  readonly ttl: { readonly minSeconds: number; readonly maxSeconds: number };
  readonly residency: Residency | undefined;
}

export function randomScene(options: SceneOptions): fc.Arbitrary<RandomScene> {
  return fc
    .record({
      pools: fc.array(poolSpecs(options.dual === true), { minLength: POOLS, maxLength: POOLS }),
      drafts: fc.tuple(
        ...LEVELS.flatMap((count) => Array(count).fill(0)).map(() =>
          draft(options.residency === true, options.dual !== true),
        ),
      ),
      blocks: fc.array(fc.array(block, { minLength: 1, maxLength: 10 }), { minLength: 5, maxLength: 5 }),
      rankings: fc.array(fc.shuffledSubarray([0, 1, 2, 3], { minLength: REGIONS }), {
        minLength: 3,
        maxLength: 3,
      }),
      owners: fc.dictionary(fc.constantFrom(...labels), fc.nat(REGIONS - 1)),
      situation: situation(options),
      questions: fc.array(question, { minLength: 6, maxLength: 6 }),
    })
    .map(({ pools, drafts, blocks, rankings, owners, situation, questions }) => {
      const all = [...drafts.slice(0, -1), { ...drafts.at(-1)!, kind: options.root }];
      const policies = all.map((each, i) => ({
        ...policyOf(each, options.nested ? lowerThan(i) : 0, pools),
        families: options.families,
      }));
      const views = blocks.map((list, view) => {
        const rows = view <= View.LATENCY ? rankings : [];
        const numbers = view <= View.LATENCY ? rankings.length : view === View.SPLIT ? 3 : 4;
        return viewOf(
          list.map((each) => ({ ...each, number: each.number % numbers })),
          1,
          rows,
        );
      });
      const scene = {
        regions: REGIONS,
        pools,
        policies: named(...(policies as Policy[])),
        views,
        owners: [owners],
      };
      return { scene, situation: situationOf(situation, pools), questions };
    });
}

/** How many policies stand before the level of one. */
function lowerThan(index: number): number {
  let first = 0;
  for (const count of LEVELS) {
    if (index < first + count) return first;
    first += count;
  }
  return first;
}

const use = fc.record({ isPolicy: fc.boolean(), pick: fc.nat(59) });
const window = fc.record({
  timeZone: fc.constant('UTC'),
  days: fc.constantFrom([1], [1, 2, 3], [7], [2, 5]),
  fromMinute: fc.constantFrom(0, 600, 719, 720, 900),
  toMinute: fc.constantFrom(0, 300, 720, 721, 1200),
});
const permitted: fc.Arbitrary<Permitted> = fc.oneof(
  fc.constant('any' as const),
  fc.subarray([0, 1, 2, 3], { minLength: 1, maxLength: 2 }),
);
const residency = fc
  .tuple(fc.array(permitted, { minLength: 4, maxLength: 4 }), fc.boolean())
  .map(([permitted, sorry]) => ({
    ...{ permitted, view: View.RESIDENCY },
    sorry: sorry ? [parseAddress('192.0.2.250')!, parseAddress('2001:db8::250')!] : [],
  }));

function draft(hasResidency: boolean, hasFallback: boolean): fc.Arbitrary<Draft> {
  return fc.record({
    kind: fc.constantFrom(...kinds),
    uses: fc.array(use, { minLength: 4, maxLength: 4 }),
    picks: fc.array(fc.nat(59), { minLength: 4, maxLength: 4 }),
    window,
    allDown: fc.constantFrom('serve-all' as const, 'last-known-good', 'nodata', 'servfail'),
    fallback: hasFallback ? fc.option(use, { nil: undefined, freq: 2 }) : fc.constant(undefined),
    answers: fc.constantFrom(1, 1, 2, 4, 16),
    ttl: fc.constantFrom(
      ...[
        [20, 20],
        [1, 300],
        [5, 60],
        [3, 3],
      ].map(([min, max]) => ({ minSeconds: min!, maxSeconds: max! })),
    ),
    residency: hasResidency ? fc.option(residency, { nil: undefined }) : fc.constant(undefined),
  });
}

function policyOf(draft: Draft, lower: number, pools: readonly (readonly EndpointSpec[])[]): Policy {
  const { kind, picks, allDown, answers, ttl, residency } = draft;
  const useOf = ({ isPolicy, pick }: Draft['uses'][number]): Use =>
    isPolicy && lower > 0 ? { policy: pick % lower } : { pool: pick % pools.length };
  const uses = draft.uses.map(useOf);
  const [from, other] = [uses[0]!, uses[1]!];
  const fallback = draft.fallback && useOf(draft.fallback);
  const base = { allDown, answers, ttl, residency, fallback };
  const tiers = (): Tier[] => {
    const pool = picks[0]! % pools.length;
    const all = [...pools[pool]!.keys()];
    const cut = 1 + (picks[1]! % all.length);
    return [all.slice(0, cut), all.slice(cut, cut + 2)]
      .filter((each) => each.length > 0)
      .map((endpoints) => ({ pool, endpoints }));
  };
  switch (kind) {
    case 'nearest fill':
    case 'nearest one-region':
    case 'nearest each-region':
      return policy({ ...base, type: 'nearest', from, view: View.DISTANCE, spread: kind.slice(8) as 'fill' });
    case 'latency':
      return policy({ ...base, type: 'latency', from, view: View.LATENCY, spread: 'fill' });
    case 'geo':
      return policy({
        ...base,
        type: 'geo',
        view: View.GEO,
        branches: uses.map((each, i) => (picks[i]! % 4 === 0 ? undefined : each)),
      });
    case 'failover tiers':
      return policy({ ...base, type: 'failover', tiers: tiers() });
    case 'failover uses':
      return policy({
        ...base,
        type: 'failover',
        tiers: [...uses.slice(0, 2), ...(picks[2]! % 3 === 0 ? tiers() : [])],
      });
    case 'weighted pool':
      return policy({ ...base, type: 'weighted', by: { kind: 'pool', from } });
    case 'weighted region':
      return policy({ ...base, type: 'weighted', by: { kind: 'region', from, view: View.DISTANCE } });
    case 'weighted shares': {
      const shares = uses.map((each, i) => ({ use: each, weight: i === 0 ? 1 : picks[i]! % 5 }));
      return policy({ ...base, type: 'weighted', by: { kind: 'shares', shares } });
    }
    case 'hash regions':
      return policy({ ...base, type: 'hash', among: { kind: 'regions', from }, on: onOf(picks) });
    case 'hash list':
      return policy({ ...base, type: 'hash', among: { kind: 'list', list: uses }, on: onOf(picks) });
    case 'multi shuffled':
    case 'multi ordered':
      return policy({ ...base, type: 'multi', from, order: kind.slice(6) as 'shuffled' });
    case 'home':
      return policy({
        ...base,
        type: 'home',
        from,
        owners: 0,
        standing: new Map(picks[1]! % 2 === 0 ? [] : [[picks[2]! % 2, other]]),
        unknown: picks[0]! % 2 === 0 ? undefined : other,
      });
    case 'schedule':
      return policy({
        ...base,
        type: 'schedule',
        windows: [{ when: draft.window, use: from }],
        otherwise: other,
      });
    case 'split': {
      const rules: SplitRule[] = [
        { clients: { view: View.SPLIT }, family: undefined, when: undefined, use: from },
        { clients: undefined, family: picks[0]! % 2 === 0 ? 4 : 6, when: draft.window, use: other },
      ];
      return policy({
        ...base,
        type: 'split',
        rules: picks[1]! % 2 === 0 ? rules : rules.reverse(),
        otherwise: uses[2]!,
      });
    }
  }
}

function onOf(picks: readonly number[]): 'client' | 'label' {
  return picks[0]! % 2 === 0 ? 'client' : 'label';
}

const weight = fc.constantFrom(0, 1, 1, 3, 100);
const endpoint = fc.record({
  region: fc.nat(REGIONS - 1),
  family: fc.constantFrom(4 as const, 6 as const),
  weight,
});

function poolSpecs(dual: boolean): fc.Arbitrary<EndpointSpec[]> {
  const list = fc.array(endpoint, { minLength: 1, maxLength: 6 });
  if (!dual) return list;
  return list.map((specs) =>
    specs.flatMap(({ region, weight }) =>
      ([4, 6] as const).map((family) => ({ region, family, weight: Math.max(1, weight) })),
    ),
  );
}

interface SituationDraft {
  readonly states: readonly EndpointState[];
  readonly good: readonly number[];
  readonly drained: readonly number[];
  readonly frozen: readonly number[];
  readonly shares: readonly number[];
}

function situation({ shares, states, dual }: SceneOptions): fc.Arbitrary<SituationDraft> {
  const cells = POOLS * 12;
  const state = fc.constantFrom<EndpointState[]>(
    ...(states ?? ['up', 'down', 'down', 'degraded', 'unknown']),
  );
  const share = fc.constantFrom(SHARE_ALL, 0, 1_000, 30_000, 60_000);
  return fc.record({
    states: fc.oneof(
      fc.array(state, { minLength: cells, maxLength: cells }),
      fc.constantFrom<EndpointState[]>('up', 'down').map((each) => Array<EndpointState>(cells).fill(each)),
    ),
    good: fc.subarray([...Array(cells).keys()]),
    drained: fc.subarray([...Array(cells).keys()], { maxLength: dual ? 0 : 6 }),
    frozen: fc.subarray([0, 1, 2]),
    shares: shares
      ? fc.array(share, { minLength: POOLS * REGIONS, maxLength: POOLS * REGIONS })
      : fc.constant([]),
  });
}

function situationOf(draft: SituationDraft, pools: readonly (readonly EndpointSpec[])[]): Situation {
  const made = new Situation();
  made.nowMs = NOON_MS;
  for (const [pool, specs] of pools.entries()) {
    for (const endpoint of specs.keys()) {
      const cell = pool * 12 + endpoint;
      made.setState(pool, endpoint, draft.states[cell]!);
      if (draft.good.includes(cell)) made.setGood(pool, endpoint);
      if (draft.drained.includes(cell)) made.drain(pool, endpoint);
    }
    if (draft.frozen.includes(pool)) made.freeze(pool);
  }
  for (const [i, share] of draft.shares.entries()) made.setShare(Math.floor(i / REGIONS), i % REGIONS, share);
  return made;
}

const labels = ['acme', 'bolt', 'cask', 'dune'] as const;
/** Places around which blocks and clients lie, so that they meet: ordinary addresses, some that carry others. */
const places4 = [0x05100500, 0x051005ff, 0x5a000000];
const places6 = [
  [0x2a000001, 0x00020000, 0, 0],
  [0x2a000001, 0x0002ffff, 0, 1],
  [0, 0, 0xffff, 0x05100501],
  [0x0064ff9b, 0, 1, 0],
  [0x20020510, 0x05000000, 0, 0],
];

const block: fc.Arbitrary<Block> = fc
  .record({
    family: fc.constantFrom(4 as const, 6 as const),
    place: fc.nat(9),
    flip: fc.nat(127),
    length: fc.nat(128),
    number: fc.nat(11),
  })
  .map(({ family, place, flip, length, number }) => {
    const bits = family === 4 ? 32 : 128;
    const base = family === 4 ? [places4[place % places4.length]!] : places6[place % places6.length]!;
    const words = flipped(base, flip % bits);
    return { family, words, length: Math.max(3, length % (bits + 1)), number };
  });

const question: fc.Arbitrary<Omit<Question, 'policy'>> = fc
  .record({
    family: fc.constantFrom(4 as const, 6 as const),
    client: fc.constantFrom(4 as const, 4 as const, 6 as const),
    place: fc.nat(9),
    flip: fc.nat(127),
    short: fc.constantFrom(0, 0, 8, 16),
    label: fc.constantFrom(...labels, 'nobody'),
    source: fc.constantFrom('9.9.9.9', '8.8.4.4', '2a01::53'),
    atSeconds: fc.nat(100_000),
  })
  .map(({ client, place, flip, short, ...rest }) => {
    const bits = client === 4 ? 32 : 128;
    const base = client === 4 ? [places4[place % places4.length]!] : places6[place % places6.length]!;
    return { ...rest, subnet: `${addressText(flipped(base, flip % bits))}/${bits - short}` };
  });

function flipped(words: readonly number[], bit: number): number[] {
  return words.map((word, i) => (i === bit >>> 5 ? (word ^ (1 << (31 - (bit & 31)))) >>> 0 : word));
}

/** Text of the address of one word or four. */
function addressText(words: readonly number[]): string {
  if (words.length === 1) return [24, 16, 8, 0].map((shift) => (words[0]! >>> shift) & 0xff).join('.');
  return words
    .flatMap((word) => [word >>> 16, word & 0xffff])
    .map((group) => group.toString(16))
    .join(':');
}
