import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatSteps } from '../../src/cli/explained-steps.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';
import { everyPolicy, policies } from './every-policy.ts';
import type { Explained, Health } from './explained.ts';
import { Region } from './policies.ts';

const { EU_WEST } = Region;

let explained: Explained;
beforeAll(() => {
  explained = everyPolicy();
});
afterAll(() => explained.site.close());

interface Case {
  readonly title: string;
  readonly name: string;
  readonly type?: string;
  readonly client?: string;
  readonly health?: Health;
  readonly why: string;
  readonly steps: readonly string[];
}

const london = '81.2.69.142';
const share = (region: number, part: number): Health => ({
  conditions: () => ({ share: (_, r) => (r === region ? part * SHARE_ALL : SHARE_ALL) }),
  words: { share: (_, r) => (r === region ? 'slow start, step 1 of 10' : undefined) },
});

/** A Monday in Berlin's winter. */
const noon = Date.UTC(2026, 0, 5, 12);
const allDown: Health = { states: { va: 'down', ie: 'down', de: 'down', or: 'down' } };
const drained: Health = {
  conditions: () => ({ drained: (_, endpoint) => endpoint === 1 }),
  words: { endpoint: (_, endpoint) => (endpoint === 1 ? 'drained by ann: change 4711' : undefined) },
};

const cases: Case[] = [
  {
    title: 'the nearest region',
    name: 'near',
    why: 'eu-west (463 km), by distance',
    steps: [
      '  near (nearest): by distance',
      '    → eu-west: 463 km; ie; nearest region',
      '      eu-central: 638 km; farther: region 2 by distance',
      '      us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'a region that lets nobody in yet',
    name: 'near',
    health: share(EU_WEST, 0),
    why: 'eu-central (638 km), by distance; before it eu-west (lets in 0 % of the clients, not this one (slow start, step 1 of 10))',
    steps: [
      '  near (nearest): by distance',
      '      eu-west: 463 km; not let in; lets in 0 % of the clients, not this one (slow start, step 1 of 10)',
      '    → eu-central: 638 km; de; region 2 by distance',
      '      us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'a region that nobody else relieves',
    name: 'near',
    health: { conditions: () => ({ share: () => 0 }) },
    why: 'eu-west (463 km), by distance, lets in 0 % of the clients, not this one; but nobody else does',
    steps: [
      '  near (nearest): by distance',
      '    → eu-west: 463 km; let in as the last resort; lets in 0 % of the clients, not this one; but nobody else does; ie; nearest region',
      '      eu-central: 638 km; not let in; lets in 0 % of the clients, not this one',
      '      us-east: 5917 km; not let in; lets in 0 % of the clients, not this one',
    ],
  },
  {
    title: 'a drained endpoint, in the words of who drained it',
    name: 'near',
    health: drained,
    why: 'eu-central (638 km), by distance; before it eu-west (ie: drained by ann: change 4711)',
    steps: [
      '  near (nearest): by distance',
      '      eu-west: 463 km; nothing usable; ie: drained by ann: change 4711',
      '    → eu-central: 638 km; de; region 2 by distance',
      '      us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'a floor',
    name: 'near',
    health: { states: { ie: 'down' }, conditions: () => ({ frozen: () => true }) },
    why: 'eu-central (638 km), by distance; before it eu-west (ie: connection refused)',
    steps: [
      '  near (nearest): by distance',
      '      eu-west: 463 km; nothing usable; ie: connection refused',
      '    → eu-central: 638 km',
      '        the floor of the pool holds: verdicts of before',
      '          → de: region 2 by distance',
      '      us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'bias',
    name: 'biased',
    why: 'eu-central (638 km, bias +30 %), by distance',
    steps: [
      '  biased (nearest): by distance',
      '    → eu-central: 638 km, bias +30 %; de; nearest region',
      '      eu-west: 463 km, bias -20 %; farther: region 2 by distance',
      '      us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'measured times',
    name: 'latency',
    why: 'eu-central (7 ms), by round-trip times measured for 81.2.0.0/16, then by distance',
    steps: [
      '  latency (latency): by round-trip times measured for 81.2.0.0/16, then by distance',
      '    → eu-central: 7 ms; de; fastest region',
      '      eu-west: 463 km; farther: region 2 by latency',
      '      us-east: 5917 km; farther: region 3 by latency',
    ],
  },
  {
    title: 'the entry of a map',
    name: 'geo',
    why: 'the client matches 81.2.0.0/16; eu-west (463 km), by distance',
    steps: [
      '  geo (geo): the client matches 81.2.0.0/16',
      '    → policy near',
      '        near (nearest): by distance',
      '          → eu-west: 463 km; ie; nearest region',
      '            eu-central: 638 km; farther: region 2 by distance',
      '            us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: "a map's default, and a policy in a draw",
    name: 'geo',
    client: '45.1.1.1',
    why: 'nothing in the list matches (XX); policy near (90 %), drawn by weight → us-east (3695 km), by distance',
    steps: [
      '  geo (geo): nothing in the list matches (XX)',
      '    → policy shares',
      '        shares (weighted): drawn by weight',
      '          → policy near: 90 %',
      '              near (nearest): by distance',
      '                → us-east: 3695 km; va; region 2 by distance',
      '                  eu-west: 7276 km; farther: region 3 by distance',
      '                  eu-central: 8180 km; farther: region 4 by distance',
      '            pool standby: 10 %; not drawn this time',
    ],
  },
  {
    title: 'a map that names nothing',
    name: 'geo',
    client: '9.9.9.9',
    why: 'no database has the client: the map names nothing for it',
    steps: ['  geo (geo): no database has the client: the map names nothing for it'],
  },
  {
    title: 'the second tier',
    name: 'tiers',
    health: { states: { va: 'down', ie: 'down' } },
    why: 'tier 2, eu-west, eu-central, the first tier that has anything usable; before it tier 1, us-east (va: connection refused)',
    steps: [
      '  tiers (failover): the first tier that has anything usable',
      '      tier 1, us-east: nothing usable; va: connection refused',
      '    → tier 2, eu-west, eu-central',
      '          → de: in tier 2, the first with a usable endpoint',
      '            ie: nothing usable; connection refused',
      '      tier 3, pool standby: standby: tier 3',
    ],
  },
  {
    title: 'the last tier',
    name: 'tiers',
    health: { states: { va: 'down', ie: 'down', de: 'down' } },
    why: 'tier 3, pool standby, the first tier that has anything usable; before it tier 1, us-east (va: connection refused), tier 2, eu-west, eu-central (2 endpoints: connection refused) → us-west, drawn by weight',
    steps: [
      '  tiers (failover): the first tier that has anything usable',
      '      tier 1, us-east: nothing usable; va: connection refused',
      '      tier 2, eu-west, eu-central: nothing usable; 2 endpoints: connection refused',
      '    → tier 3, pool standby',
      '        standby (pool): drawn by weight',
      '          → us-west: or; drawn by weight',
    ],
  },
  {
    title: 'all down, all served',
    name: 'tiers',
    health: allDown,
    why: 'tiers: nothing in it is usable; none is up: all, whatever their health (all-down: serve-all) → tier 1, us-east, the first tier that has anything usable',
    steps: [
      '  tiers (failover): nothing in it is usable',
      '  so none is up: all, whatever their health (all-down: serve-all)',
      '    tiers (failover): the first tier that has anything usable',
      '      → tier 1, us-east',
      '          none is up: all, whatever their health (all-down: serve-all)',
      '            → va: in tier 1, the first with a usable endpoint, although down: connection refused',
      '        tier 2, eu-west, eu-central: standby: tier 2',
      '        tier 3, pool standby: standby: tier 3',
    ],
  },
  {
    title: 'all down, nothing served',
    name: 'chain',
    health: allDown,
    why: 'chain: nothing in it is usable; none is up: no records (all-down: nodata)',
    steps: ['  chain (failover): nothing in it is usable', '  so none is up: no records (all-down: nodata)'],
  },
  {
    title: 'a draw of policies',
    name: 'shares',
    why: 'policy near (90 %), drawn by weight → eu-west (463 km), by distance',
    steps: [
      '  shares (weighted): drawn by weight',
      '    → policy near: 90 %',
      '        near (nearest): by distance',
      '          → eu-west: 463 km; ie; nearest region',
      '            eu-central: 638 km; farther: region 2 by distance',
      '            us-east: 5917 km; farther: region 3 by distance',
      '      pool standby: 10 %; not drawn this time',
    ],
  },
  {
    title: 'a hash of the prefix, past a region that is down',
    name: 'hash',
    health: { states: { ie: 'down' } },
    why: 'us-east, by the hash of 81.2.69.0/24; before it eu-west (ie: connection refused)',
    steps: [
      '  hash (hash): by the hash of 81.2.69.0/24',
      '      eu-west: nothing usable; ie: connection refused',
      '    → us-east: va; place 2 by the hash of 81.2.69.0/24',
      '      eu-central: later: place 3 by the hash of 81.2.69.0/24',
    ],
  },
  {
    title: 'a hash of the label',
    name: 'x.label',
    why: 'pool standby, by the hash of `x` → us-west, drawn by weight',
    steps: [
      '  label (hash): by the hash of `x`',
      '    → pool standby',
      '        standby (pool): drawn by weight',
      '          → us-west: or; drawn by weight',
      '      pool app: later: place 2 by the hash of `x`',
    ],
  },
  {
    title: 'several in order',
    name: 'multi',
    why: 'va, ie, in the order of the pool',
    steps: [
      '  multi (multi): in the order of the pool',
      '    → va: va; endpoint 1 in the order of the pool, 1 of 2 answers',
      '    → ie: ie; endpoint 2 in the order of the pool, 2 of 2 answers',
      '      de: endpoint 3 in the order of the pool: the answer was full',
    ],
  },
  {
    title: 'the owner of a key',
    name: 'tenant7.home',
    why: 'key `tenant7` is owned by eu-central; de, endpoints that are up',
    steps: [
      '  home (home): key `tenant7` is owned by eu-central',
      '    → eu-central: de; key `tenant7` is owned by eu-central',
    ],
  },
  {
    title: 'the owner of a key, for which a policy stands',
    name: 'tenant8.home',
    why: 'key `tenant8` is owned by eu-west; tier 1, policy near, the first tier that has anything usable → eu-west (463 km), by distance',
    steps: [
      '  home (home): key `tenant8` is owned by eu-west',
      '    → policy chain',
      '        chain (failover): the first tier that has anything usable',
      '          → tier 1, policy near',
      '              near (nearest): by distance',
      '                → eu-west: 463 km; ie; nearest region',
      '                  eu-central: 638 km; farther: region 2 by distance',
      '                  us-east: 5917 km; farther: region 3 by distance',
      '            tier 2, pool standby: standby: tier 2',
    ],
  },
  {
    title: 'an unknown key',
    name: 'else.home',
    why: 'key `else` is unknown; eu-west (463 km), by distance',
    steps: [
      '  home (home): key `else` is unknown',
      '    → policy near',
      '        near (nearest): by distance',
      '          → eu-west: 463 km; ie; nearest region',
      '            eu-central: 638 km; farther: region 2 by distance',
      '            us-east: 5917 km; farther: region 3 by distance',
    ],
  },
  {
    title: 'an owner without endpoints',
    name: 'lost.home',
    why: 'home: us-west (no endpoint there); none is up: all, whatever their health (all-down: serve-all) → key `lost` is owned by us-west: us-west (no endpoint there)',
    steps: [
      '  home (home): key `lost` is owned by us-west',
      '      us-west: nothing usable; no endpoint there',
      '  so none is up: all, whatever their health (all-down: serve-all)',
      '    home (home): key `lost` is owned by us-west',
      '        us-west: nothing usable; no endpoint there',
    ],
  },
  {
    title: 'a window that holds',
    name: 'night',
    health: { nowMs: noon },
    why: 'window 1 holds until Mon 18:00; us-east (60 %), drawn by weight',
    steps: [
      '  night (schedule): window 1 holds until Mon 18:00',
      '    → Mon–Fri 08:00–18:00 Europe/Berlin: pool app: holds until Mon 18:00',
      '        app (pool): drawn by weight',
      '          → us-east: 60 %; va; drawn by weight',
      '            eu-central: 20 %; not drawn this time',
      '            eu-west: 20 %; not drawn this time',
      '      otherwise: pool standby: a window holds',
    ],
  },
  {
    title: 'no window',
    name: 'night',
    health: { nowMs: noon + 36_000_000 },
    why: 'no window holds now; us-west, drawn by weight',
    steps: [
      '  night (schedule): no window holds now',
      '      Mon–Fri 08:00–18:00 Europe/Berlin: pool app: does not hold until Tue 08:00',
      '    → otherwise: pool standby: no window holds',
      '        standby (pool): drawn by weight',
      '          → us-west: or; drawn by weight',
    ],
  },
  {
    title: 'a rule for a type, and a family that is not there',
    name: 'split',
    type: 'AAAA',
    why: 'rule 1 is the first that holds: rule 1: pool six (its conditions hold)',
    steps: [
      '  split (split): rule 1 is the first that holds',
      '      rule 1: pool six: nothing usable; its conditions hold',
      '        six (pool): drawn by weight',
      '            eu-central: 50 %; its region serves the other family only, and families stay together',
      '            eu-west: 50 %; not drawn this time',
      '      rule 2: policy near: an earlier rule holds',
      '      rule 3: pool standby: an earlier rule holds',
      '      otherwise: pool app',
    ],
  },
  {
    title: 'a rule for clients',
    name: 'split',
    why: 'rule 2 is the first that holds; eu-west (463 km), by distance',
    steps: [
      '  split (split): rule 2 is the first that holds',
      '      rule 1: pool six: it is for AAAA',
      '    → rule 2: policy near: the client matches 81.2.0.0/16',
      '        near (nearest): by distance',
      '          → eu-west: 463 km; ie; nearest region',
      '            eu-central: 638 km; farther: region 2 by distance',
      '            us-east: 5917 km; farther: region 3 by distance',
      '      rule 3: pool standby: an earlier rule holds',
      '      otherwise: pool app',
    ],
  },
  {
    title: 'a rule for a time',
    name: 'split',
    client: '45.1.1.1',
    health: { nowMs: noon },
    why: 'rule 3 is the first that holds; us-west, drawn by weight',
    steps: [
      '  split (split): rule 3 is the first that holds',
      '      rule 1: pool six: it is for AAAA',
      '      rule 2: policy near: nothing in the list matches (XX)',
      '    → rule 3: pool standby: its conditions hold',
      '        standby (pool): drawn by weight',
      '          → us-west: or; drawn by weight',
      '      otherwise: pool app',
    ],
  },
  {
    title: 'no rule',
    name: 'split',
    client: '45.1.1.1',
    health: { nowMs: noon + 36_000_000 },
    why: 'no rule holds; us-east (60 %), drawn by weight',
    steps: [
      '  split (split): no rule holds',
      '      rule 1: pool six: it is for AAAA',
      '      rule 2: policy near: nothing in the list matches (XX)',
      '      rule 3: pool standby: Mon–Fri 08:00–18:00 Europe/Berlin does not hold until Tue 08:00',
      '    → otherwise: pool app',
      '        app (pool): drawn by weight',
      '          → us-east: 60 %; va; drawn by weight',
      '            eu-central: 20 %; not drawn this time',
      '            eu-west: 20 %; not drawn this time',
    ],
  },
  {
    title: 'residency',
    name: 'local',
    why: 'residency: the client matches 81.2.0.0/16; eu-west (463 km), by distance',
    steps: [
      '  local, residency: the client matches 81.2.0.0/16',
      '    → eu-west',
      '        local (nearest): by distance',
      '          → eu-west: 463 km; ie; nearest region',
    ],
  },
  {
    title: 'a refusal by residency',
    name: 'local',
    health: { states: { ie: 'down' } },
    why: 'residency: the client matches 81.2.0.0/16; refused: no other region may serve this client; ie: connection refused',
    steps: [
      '  local, residency: the client matches 81.2.0.0/16',
      '      eu-west: nothing usable; refused: no other region may serve this client; ie: connection refused',
      '        no region that may serve this client can',
    ],
  },
  {
    title: 'a client that nobody may serve',
    name: 'local',
    client: '9.9.9.9',
    why: 'residency: no database has the client; refused: no other region may serve this client',
    steps: [
      '  local, residency: no database has the client',
      '      no region: nothing usable; refused: no other region may serve this client',
      '        no region that may serve this client can',
    ],
  },
  {
    title: 'a client that anybody may serve',
    name: 'local',
    client: '45.1.1.1',
    health: allDown,
    why: 'residency: nothing in the list matches (XX); local: nothing in it is usable; none is up: all, whatever their health (all-down: serve-all) → us-east (3695 km), by distance',
    steps: [
      '  local, residency: nothing in the list matches (XX)',
      '    → any region',
      '        local (nearest): nothing in it is usable',
      '        so none is up: all, whatever their health (all-down: serve-all)',
      '          local (nearest): by distance',
      '            → us-east: 3695 km',
      '                none is up: all, whatever their health (all-down: serve-all)',
      '                  → va: region 2 by distance, although down: connection refused',
      '              eu-west: 7276 km; farther: region 3 by distance',
      '              eu-central: 8180 km; farther: region 4 by distance',
    ],
  },
  {
    title: 'a refusal that no other tier may heal',
    name: 'strict',
    health: { states: { ie: 'down' } },
    why: 'the first tier that has anything usable: tier 1, policy local (residency: the client matches 81.2.0.0/16; refused: no other region may serve this client; ie: connection refused)',
    steps: [
      '  strict (failover): the first tier that has anything usable',
      '      tier 1, policy local: nothing usable',
      '        local, residency: the client matches 81.2.0.0/16',
      '            eu-west: nothing usable; refused: no other region may serve this client; ie: connection refused',
      '              no region that may serve this client can',
      '      tier 2, pool standby: standby: tier 2',
    ],
  },
  {
    title: 'a fallback',
    name: 'fall',
    health: { states: { ie: 'down', de: 'down', va: 'down' } },
    why: 'fall: nothing in it is usable; fallback: pool standby → us-west, drawn by weight',
    steps: [
      '  fall (nearest): nothing in it is usable',
      '  so fallback: pool standby',
      '    standby (pool): drawn by weight',
      '      → us-west: or; drawn by weight',
    ],
  },
  {
    title: 'a fallback that is down',
    name: 'fall',
    health: allDown,
    why: 'fall: nothing in it is usable; none is up: SERVFAIL (all-down: servfail)',
    steps: ['  fall (nearest): nothing in it is usable', '  so none is up: SERVFAIL (all-down: servfail)'],
  },
  {
    title: 'the other family',
    name: 'six',
    why: 'by distance: eu-west (its region serves the other family only, and families stay together)',
    steps: [
      '  six (nearest): by distance',
      '      eu-west: 463 km; its region serves the other family only, and families stay together',
      '      eu-central: 638 km; farther: region 2 by distance',
    ],
  },
];

describe('the steps of an explanation', () => {
  it.each(cases)('tell $title', ({ name, type = 'A', client = london, health, why, steps }) => {
    const told = explained.explain(`${name}.example.com`, type, client, health);
    expect(told.policy?.why).toBe(why);
    expect(formatSteps(told.steps!)).toEqual(steps);
    expect(told.truncated).toBe(false);
  });

  it('are there for every type of policy', () => {
    const types = Object.values(policies).map(({ type }) => type);
    const every = [
      'nearest',
      'latency',
      'geo',
      'failover',
      'weighted',
      'hash',
      'multi',
      'home',
      'schedule',
      'split',
    ];
    expect(every.filter((type) => !types.includes(type as (typeof types)[number]))).toEqual([]);
  });
});
