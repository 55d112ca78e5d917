import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { everyPolicy, policyNames } from './every-policy.ts';
import type { Explained, Health } from './explained.ts';

let explained: Explained;
beforeAll(() => {
  explained = everyPolicy();
});
afterAll(() => explained.site.close());

const london = '81.2.69.142';
/** Endpoints by region. */
const byRegion = {
  'us-east': ['va'],
  'us-west': ['or'],
  'eu-west': ['ie', 'ie6'],
  'eu-central': ['de', 'de4'],
} as const;
type RegionName = keyof typeof byRegion;
const regionNames = Object.keys(byRegion) as RegionName[];

const client = fc.oneof(
  fc.constantFrom(london, '45.1.1.1', '45.64.1.0/24', '103.1.2.77', '9.9.9.9', '2a00:23c0::1', '10.1.2.3'),
  fc.ipV4(),
);
const names = policyNames.map((name) =>
  name === 'home' ? 'tenant7.home' : name === 'label' ? 'x.label' : name,
);
const question = fc.record({
  name: fc.constantFrom(...names).map((name) => `${name}.example.com`),
  type: fc.constantFrom('A', 'AAAA'),
  client,
});
const state = fc.constantFrom<EndpointState>('up', 'up', 'down', 'unknown', 'degraded');
const states = fc.record(
  Object.fromEntries(
    Object.values(byRegion)
      .flat()
      .map((name) => [name, state]),
  ),
);

describe('an explanation without regions', () => {
  it('is the answer that there is when they are down', () => {
    const lost = fc.uniqueArray(fc.constantFrom(...regionNames), { minLength: 1 });
    fc.assert(
      fc.property(question, lost, states, ({ name, type, client: who }, regions, others) => {
        const gone = Object.fromEntries(regions.flatMap((r) => byRegion[r].map((e) => [e, 'down' as const])));
        const health: Health = { states: others as Record<string, EndpointState> };
        const told = explained.explain(name, type, who, { ...health, without: regions.join() });
        const really = explained.explain(name, type, who, { states: { ...health.states, ...gone } });
        const now = explained.explain(name, type, who, health);
        expect(told.answer).toEqual(really.answer);
        expect(told.without!.now).toEqual(
          now.answer.records.map((each) => each.split(' ').slice(2).join(' ')),
        );
        const data = (records: readonly string[]) =>
          records.map((each) => each.split(' ').slice(2).join(' '));
        const same =
          JSON.stringify(data(told.answer.records)) === JSON.stringify(data(now.answer.records)) &&
          told.answer.rcode === now.answer.rcode;
        expect(told.without!.changed).toBe(!same);
      }),
      { numRuns: 200, seed: 11 },
    );
  });

  it.each([
    ['near', 'eu-west', 'would be 192.0.2.3 from eu-central instead of 192.0.2.2 from eu-west'],
    ['near', 'us-east', 'would be the same: 192.0.2.2 from eu-west'],
    ['near', 'eu-west, eu-central', 'would be 192.0.2.1 from us-east instead of 192.0.2.2 from eu-west'],
    ['local', 'eu-west', 'would be no records instead of 192.0.2.2 from eu-west'],
    [
      'multi',
      'eu-west',
      'would be 192.0.2.1 from us-east, 192.0.2.3 from eu-central instead of 192.0.2.1 from us-east, 192.0.2.2 from eu-west',
    ],
    ['note', 'eu-west', 'would be the same: no records'],
  ])('of %s, without %s', (name, without, text) => {
    const told = explained.explain(`${name}.example.com`, 'A', london, { without });
    expect(told.without?.text).toBe(text);
  });

  it('tells that the lost are taken as down', () => {
    const told = explained.explain('near.example.com', 'A', london, { without: 'eu-west' });
    const [lost] = told.regions.flatMap(({ endpoints }) => endpoints);
    expect(lost).toMatchObject({ name: 'ie', health: 'down', why: 'taken as down' });
    expect(told.policy?.why).toBe('eu-central (638 km), by distance; before it eu-west (ie: taken as down)');
  });

  it.each([
    ['eu-wset', '`without`: there is no region `eu-wset`; did you mean `eu-west`?'],
    ['eu-west,mars', '`without`: there is no region `mars`; regions are us-east, us-west, eu-west'],
    ['eu-west,', '`without`: give names of regions, with commas between them'],
    [Array(256).fill('eu-west').join(), '`without`: at most 255 regions'],
  ])('refuses %s', (without, reason) => {
    expect(explained.tryExplain('near.example.com', 'A', london, { without })).toContain(reason);
  });
});

describe('an explanation of any policy in any health', () => {
  it('names what is in the answer, and why of every endpoint', () => {
    fc.assert(
      fc.property(
        question,
        states,
        fc.subarray(['va', 'ie', 'de']),
        ({ name, type, client: who }, health, good) => {
          const told = explained.explain(name, type, who, {
            states: health as Record<string, EndpointState>,
            good,
          });
          const endpoints = told.regions.flatMap((region) => region.endpoints);
          const chosen = endpoints.filter((each) => each.chosen).map(({ address }) => address);
          const data = told.answer.records.map((record) => record.split(' ').at(-1)!);
          expect(chosen.sort()).toEqual(data.sort());
          expect(endpoints.every(({ why }) => why.length > 0)).toBe(true);
          expect(told.policy!.why).not.toBe('');
          expect(told.steps!.gave).toBe(data.length);
        },
      ),
      { numRuns: 300, seed: 12 },
    );
  });
});
