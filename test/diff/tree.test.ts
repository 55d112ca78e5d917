import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Policy, Use } from '../../src/config/policy-model.ts';
import { Shared } from '../../src/diff/shared.ts';
import { Side } from '../../src/diff/side.ts';
import { RootField } from '../../src/diff/tree.ts';
import { GeoMap } from '../../src/geo/map.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { EntryField, RecordKind, Rotation } from '../../src/snapshot/rotation.ts';
import { Asker } from '../../src/steering/asker.ts';
import { Choice } from '../../src/steering/choice.ts';
import { Decider } from '../../src/steering/evaluate.ts';
import { CandidateField } from '../../src/steering/nodes.ts';
import { OwnerView } from '../../src/steering/owners.ts';
import { Situation } from '../steering/situation.ts';
import { plain, type Scene, sideOf, viewOf } from './world.ts';

/** One region each: nothing is drawn below a policy. */
const one = { a: [['r0', 4]], b: [['r1', 4]], c: [['r2', 4]], d: [['r2', 6]] } as const;
/** The last one is divided by region before anything else. */
const pools = { ...one, all: [...one.a, ...one.b, ...one.c] } as const;
const regions = ['r0', 'r1', 'r2'];
const views = [viewOf([['1.0.0.0/8'], ['1.64.0.0/10', '2.0.0.0/8']]), viewOf([['0.0.0.0/1']])];
const owners = [{ a: 0, b: 1, c: 2 }];

/** The policy at a place of the list: it may use pools and those before it. */
function policyAt(index: number): fc.Arbitrary<Policy> {
  const policies = Array.from({ length: index }, (_, policy) => ({ policy }));
  const use: fc.Arbitrary<Use> = fc.constantFrom(...[0, 1, 2, 3].map((pool) => ({ pool })), ...policies);
  const maybe = fc.option(use, { nil: undefined });
  const base = { ...plain, name: `y${index}` };
  const own = fc.oneof(
    fc.tuple(maybe, maybe, maybe, use).map((branches) => ({ type: 'geo', view: 0, branches })),
    fc.array(use, { minLength: 1, maxLength: 3 }).map((tiers) => ({ type: 'failover', tiers })),
    fc.record({
      type: fc.constant('hash'),
      on: fc.constantFrom('client', 'label'),
      among: fc.oneof(
        fc.uniqueArray(use, { minLength: 1, maxLength: 3 }).map((list) => ({ kind: 'list', list })),
        fc.constant({ kind: 'regions', from: { pool: 4 } }),
      ),
    }),
    fc.record({
      ...{ type: fc.constant('home'), from: use, owners: fc.constant(0), unknown: maybe },
      standing: fc.array(fc.tuple(fc.nat(2), use), { maxLength: 2 }).map((entries) => new Map(entries)),
    }),
    fc.tuple(use, use).map(([inside, otherwise]) => ({
      ...{ type: 'split', otherwise },
      rules: [{ clients: { view: 1 }, family: undefined, when: undefined, use: inside }],
    })),
  );
  const extras = fc.record({
    families: fc.constantFrom('together', 'apart'),
    allDown: fc.constantFrom('serve-all', 'nodata'),
    fallback: maybe,
  });
  return fc.tuple(own, extras).map(([one, more]) => ({ ...base, ...more, ...one }) as Policy);
}

const scene: fc.Arbitrary<Scene> = fc
  .record({
    policies: fc.tuple(policyAt(0), policyAt(1), policyAt(2)),
    down: fc.subarray([0, 1, 2, 3]),
    shares: fc.tuple(fc.nat(65_536), fc.nat(65_536)),
  })
  .map(({ policies, down, shares }) => {
    const situation = new Situation();
    for (const pool of down) situation.setState(pool, 0, 'down');
    for (const [region, share] of shares.entries()) situation.setShare(4, region, share);
    return { regions, pools, policies, views, owners, situation };
  });

const label = fc
  .constantFrom('a', 'b', 'c', 'other')
  .map((text) => Uint8Array.of(text.length, ...Buffer.from(text)));
const client = fc.record({
  address: fc.oneof(fc.nat(0x03ffffff), fc.nat(0xffffffff)),
  family: fc.constantFrom(4 as const, 6 as const),
  label,
});

/** The region of the first candidate, −1 for none. */
function decide(
  decider: Decider,
  root: number,
  { address, family, label: name }: { address: number; family: 4 | 6; label: Uint8Array },
): number {
  const [asker, choice] = [new Asker(), new Choice()];
  asker.family = family;
  asker.w0 = family === 4 ? address : 0x2a000000;
  asker.w1 = family === 4 ? 0 : address;
  asker.name = name;
  asker.begin();
  if (root !== 0) decider.evaluate(root, 1, asker, choice);
  return choice.count === 0 ? -1 : decider.words[choice.candidates[0]! + CandidateField.REGION]!;
}

describe('readTree', () => {
  it('decides as the tree that it was read from', () => {
    fc.assert(
      fc.property(scene, fc.array(client, { minLength: 20, maxLength: 20 }), (made, clients) => {
        const parts = sideOf(made);
        const rotation = new Rotation(
          buildRotation(parts.config, parts.conditions, { answers: () => 0, refusals: () => 0 }),
        );
        const shared = new Shared();
        // Numbers of the other side come first: nothing may hang on them.
        shared.region('r2');
        const [tree, written] = [new Side(parts, shared).tree(2), new Decider()];
        const read = new Decider();
        written.words = rotation.words;
        read.words = tree.words;
        written.views = parts.views.map((view) => new GeoMap(view));
        read.views = shared.views.map(({ map }) => map);
        written.owners = parts.owners.map((table) => new OwnerView(table));
        read.owners = shared.owners.map(({ table }) => table);
        const entry = rotation.entry(2);
        for (const each of clients) {
          for (const [kind, field] of [
            [RecordKind.A, RootField.A],
            [RecordKind.AAAA, RootField.AAAA],
          ] as const) {
            const before = decide(written, rotation.words[entry + EntryField.ROOTS + kind]!, each);
            const now = decide(read, tree.words[field]!, each);
            expect(shared.regions[shared.spots[now]?.region ?? -1]).toBe(regions[before]);
          }
        }
      }),
      { numRuns: 150, seed: 7 },
    );
  });
});
