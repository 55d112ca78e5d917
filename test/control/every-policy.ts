import type { Explained } from './explained.ts';
import { explainedPolicies, type PolicyPart, prefixKey, Region } from './policies.ts';

const { US_EAST, US_WEST, EU_WEST, EU_CENTRAL } = Region;

/** Views by their indexes. */
const View = { DISTANCE: 0, BIASED: 1, LATENCY: 2, PLACES: 3 } as const;
export const policyNames = [
  ...['near', 'biased', 'latency', 'geo', 'tiers', 'chain', 'shares', 'hash', 'label', 'multi', 'home'],
  ...['night', 'split', 'local', 'strict', 'fall', 'six'],
] as const;
const at = (name: (typeof policyNames)[number]) => ({ policy: policyNames.indexOf(name) });
const [app, standby, six] = [{ pool: 0 }, { pool: 1 }, { pool: 2 }];
const near = { type: 'nearest', from: app, view: View.DISTANCE, spread: 'fill' } as const;
const office = { timeZone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], fromMinute: 480, toMinute: 1080 };

export const policies: Record<(typeof policyNames)[number], PolicyPart> = {
  near,
  biased: { ...near, view: View.BIASED },
  latency: { type: 'latency', from: app, view: View.LATENCY, spread: 'fill' },
  geo: { type: 'geo', view: View.PLACES, branches: [undefined, at('shares'), at('near'), undefined] },
  tiers: {
    type: 'failover',
    tiers: [{ pool: 0, endpoints: [0] }, { pool: 0, endpoints: [1, 2] }, standby],
  },
  chain: { type: 'failover', tiers: [at('near'), standby], allDown: 'nodata' },
  shares: {
    type: 'weighted',
    by: {
      kind: 'shares',
      shares: [
        { use: at('near'), weight: 9 },
        { use: standby, weight: 1 },
      ],
    },
  },
  hash: { type: 'hash', among: { kind: 'regions', from: app }, on: 'client' },
  label: { type: 'hash', among: { kind: 'list', list: [app, standby] }, on: 'label' },
  multi: { type: 'multi', from: app, order: 'ordered', answers: 2 },
  home: {
    type: 'home',
    from: app,
    owners: 0,
    standing: new Map([[EU_WEST, at('chain')]]),
    unknown: at('near'),
  },
  night: { type: 'schedule', windows: [{ when: office, use: app }], otherwise: standby },
  split: {
    type: 'split',
    rules: [
      { clients: undefined, family: 6, when: undefined, use: six },
      { clients: { view: View.PLACES }, family: undefined, when: undefined, use: at('near') },
      { clients: undefined, family: undefined, when: office, use: standby },
    ],
    otherwise: app,
  },
  local: {
    ...near,
    residency: { view: View.PLACES, permitted: [[], 'any', [EU_WEST], [US_EAST]], sorry: [] },
  },
  strict: {
    type: 'failover',
    tiers: [at('local'), standby],
    allDown: 'serve-all',
  },
  fall: { ...near, fallback: standby, allDown: 'servfail' },
  six: { ...near, from: six },
};

/** A config with a policy of every type, some inside of others. */
export function everyPolicy(): Explained {
  return explainedPolicies({
    pools: {
      app: {
        va: ['us-east', '192.0.2.1', 3],
        ie: ['eu-west', '192.0.2.2'],
        de: ['eu-central', '192.0.2.3'],
      },
      standby: { or: ['us-west', '192.0.2.20'] },
      six: { ie6: ['eu-west', '2001:db8::2'], de4: ['eu-central', '192.0.2.30'] },
    },
    policies,
    wildcards: ['label', 'home'],
    views: [
      { kind: 'distance', bias: [0, 0, 0, 0, 0, 0, 0] },
      { kind: 'distance', bias: [0, 0, -20, 30, 0, 0, 0] },
      {
        kind: 'latency',
        table: {
          rows: [
            { client: prefixKey('81.2.0.0/16'), region: EU_CENTRAL, milliseconds: 7 },
            { client: prefixKey('81.0.0.0/8'), region: EU_WEST, milliseconds: 3 },
          ],
        },
      },
      {
        kind: 'match',
        entries: [{ keys: [prefixKey('81.2.0.0/16')] }, { keys: [prefixKey('81.3.0.0/16')] }],
      },
    ],
    owners: { tenant7: EU_CENTRAL, tenant8: EU_WEST, lost: US_WEST },
  });
}
