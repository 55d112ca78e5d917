import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/ip/address.ts';
import { prefixOf } from '../../src/ip/prefix.ts';
import { reservedPrefix4, reservedPrefix6 } from '../../src/ip/reserved.ts';
import { Random } from '../../src/runtime/random.ts';
import { REFUSAL_TTL_SECONDS } from '../../src/snapshot/compile/tree/residency.ts';
import { DOUBT_TTL_SECONDS, policyTtl } from '../../src/snapshot/compile/tree/ttl.ts';
import { Serving } from '../../src/steering/nodes.ts';
import { type Outcome, SteeringOracle } from './oracle.ts';
import { kinds, type RandomScene, ROOT, randomScene, type SceneOptions } from './scenes.ts';
import { type Answer, type Given, SteeringWorld } from './world.ts';

/** What every kind of policy has to pass, over pools alone and over policies over policies. */
const shapes = kinds.flatMap((root) => [false, true].map((nested) => ({ root, nested })));
const RUNS = 25;

describe.each(shapes)('$root, nested: $nested', ({ root, nested }) => {
  const check = (
    options: Partial<SceneOptions>,
    property: (world: SteeringWorld, random: RandomScene) => void,
  ) =>
    fc.assert(
      fc.property(randomScene({ root, nested, families: 'together', ...options }), (random) =>
        property(new SteeringWorld(random.scene, random.situation), random),
      ),
      { numRuns: RUNS, seed: 20_260_105 },
    );
  const whole = { residency: true, shares: true } as const;

  it('gives endpoints of the family that was asked for, none twice, no more than wanted', () => {
    check(whole, (world, { questions }) => {
      for (const question of questions) {
        const { given } = world.ask({ ...question, policy: ROOT });
        expect(given.length).toBeLessThanOrEqual(world.config.policies[ROOT]!.answers);
        const real = given.filter(({ pool }) => pool >= 0);
        expect(new Set(real.map(keyOf)).size).toBe(real.length);
        for (const each of real) {
          const { address, region } = world.config.pools[each.pool]!.endpoints[each.endpoint]!;
          expect([address!.family, region]).toEqual([question.family, each.region]);
        }
      }
    });
  });

  it('gives what is up, degraded or unknown, in this order, or what is said for all down', () => {
    check(whole, (world, { questions }) => {
      for (const question of questions) expectEligible(world, world.ask({ ...question, policy: ROOT }));
    });
  });

  it('keeps its answers for the least TTL of the path, between the bounds of the policies', () => {
    check(whole, (world, { questions }) => {
      const { policies } = world.config;
      const least = Math.min(DOUBT_TTL_SECONDS, ...policies.map(({ ttl }) => ttl.minSeconds));
      for (const question of questions) {
        const { answer, path } = world.askWithPath({ ...question, policy: ROOT });
        const { ttlSeconds, serving } = answer;
        // Nobody has such an address in whatever state: the zone says for how long that holds.
        if (serving === Serving.NONE) continue;
        const own = path.filter((each) => each >= 0);
        const ttls = own.map((each) => policyTtl(world.config, world.situation, each));
        if (serving === Serving.RESIDENCY) ttls.push(REFUSAL_TTL_SECONDS);
        expect(ttlSeconds).toBe(Math.min(...ttls));
        expect(ttlSeconds).toBeLessThanOrEqual(policies[ROOT]!.ttl.maxSeconds);
        expect(ttlSeconds).toBeGreaterThanOrEqual(least);
      }
    });
  });

  it('answers with nobody that is down whenever somebody is usable, and refuses when residency says so', () => {
    const seen = new Map<Outcome, number>();
    check({ families: 'apart', residency: true }, (world, { scene, questions }) => {
      const oracle = new SteeringOracle(world);
      for (const question of questions) {
        const answer = world.ask({ ...question, policy: ROOT });
        // Nobody has such an address in whatever state: no one is placed.
        if (answer.serving === Serving.NONE) continue;
        const outcome = oracle.outcome(ROOT, {
          ...{ family: question.family ?? 4, label: question.label ?? '' },
          numbers: world.numbers(scene.views),
        });
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        expectOutcome(world, answer, outcome);
      }
    });
    // Else the property says little.
    expect(seen.get('gives')).toBeGreaterThan(20);
    expect(seen.get('refused')).toBeGreaterThan(5);
  });

  it('gives what is drained, or worse than another, only when nobody else is there', () => {
    check({}, (world, { questions }) => {
      for (const question of questions) {
        const { answer, path } = world.askWithPath({ ...question, policy: ROOT });
        // The owner of a label has nobody beside it, and a tier nobody but the other tiers.
        const narrow = path.some((each) => narrowTypes.includes(world.config.policies[each]?.type ?? ''));
        const isLast = answer.serving === Serving.ALL || answer.serving === Serving.LAST_GOOD;
        if (!narrow && !isLast)
          for (const each of answer.given) expectBest(world, each, question.family ?? 4);
      }
    });
  });

  it('gives both families from one region where each has somebody', () => {
    let both = 0;
    check({ dual: true, residency: true, shares: true, states: ['up', 'down'] }, (world, { questions }) => {
      for (const question of questions) {
        const [four, six] = ([4, 6] as const).map((family) =>
          world.askWithPath({ ...question, family, policy: ROOT }),
        );
        const alike = [four!, six!].every(({ answer, path }) => isOne(world, path) && isHealthy(answer));
        if (!alike) continue;
        both++;
        expect(four!.answer.given[0]!.region).toBe(six!.answer.given[0]!.region);
      }
    });
    if (root !== 'split' && !root.startsWith('multi')) expect(both).toBeGreaterThan(20);
  });

  it('answers every address inside of the scope alike, with that scope', () => {
    check(whole, (world, { questions }) => {
      for (const question of questions) {
        const first = world.ask({ ...question, policy: ROOT });
        for (const subnet of within(question.subnet!, first.scope)) {
          expect(world.ask({ ...question, subnet, policy: ROOT }), `${subnet} as ${question.subnet}`).toEqual(
            first,
          );
        }
      }
    });
  });
});

/** What may be given, by the reason that the answer tells. */
function expectEligible(world: SteeringWorld, { given, serving }: Answer): void {
  const states = given
    .filter(({ pool }) => pool >= 0)
    .map(({ pool, endpoint }) => world.situation.state(pool, endpoint));
  const among = eligible[serving];
  if (among !== undefined) expect(states.slice(0, 1).every((state) => among.includes(state))).toBe(true);
  if (serving !== Serving.ALL && serving !== Serving.LAST_GOOD) expect(states).not.toContain('down');
}

const eligible: Readonly<Record<number, readonly string[]>> = {
  [Serving.HEALTHY]: ['up'],
  [Serving.DEGRADED]: ['degraded'],
  [Serving.UNKNOWN]: ['unknown'],
};

function keyOf({ pool, endpoint }: Given): string {
  return `${pool}/${endpoint}`;
}

function expectOutcome(world: SteeringWorld, { given, serving }: Answer, outcome: Outcome): void {
  const isDown = given.some(
    ({ pool, endpoint }) => pool >= 0 && world.situation.state(pool, endpoint) === 'down',
  );
  switch (outcome) {
    case 'gives':
      expect([given.length > 0, isDown, given.some(({ pool }) => pool < 0)]).toEqual([true, false, false]);
      break;
    case 'refused':
      expect([serving, given.filter(({ pool }) => pool >= 0)]).toEqual([Serving.RESIDENCY, []]);
      break;
    case 'rule':
      expect(lastServings).toContain(serving);
      break;
    case 'nothing':
      expect(given).toEqual([]);
      break;
    case 'open':
      expect(isDown).toBe(false);
  }
}

/** What is said for all down; PLAIN where the owner of a label has no endpoint at all. */
const lastServings: readonly number[] = [
  ...[Serving.ALL, Serving.LAST_GOOD, Serving.NODATA, Serving.SERVFAIL, Serving.NONE, Serving.PLAIN],
];

/** Addresses inside of the prefix of `scope` bits around a subnet. */
function within(subnet: string, scope: number): string[] {
  const [text, length] = subnet.split('/');
  const { family, bytes } = prefixOf(parseAddress(text!)!, Number(length)).address;
  const random = new Random(scope + bytes.reduce((sum, byte) => sum * 31 + byte, 7));
  return Array.from({ length: 6 }, () => {
    const other = bytes.map((byte, i) => {
      const free = 0xff >>> Math.min(8, Math.max(0, scope - 8 * i));
      return byte ^ (random.next() & free);
    });
    return `${formatAddress({ family, bytes: other })}/${8 * bytes.length}`;
  }).filter((text) => !isReserved(text));
}

/** Reserved addresses are placed by who asks for them. */
function isReserved(subnet: string): boolean {
  const { family, bytes } = parseAddress(subnet.split('/')[0]!)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const word = (i: number) => view.getUint32(4 * i);
  return (family === 4 ? reservedPrefix4(word(0)) : reservedPrefix6(word(0), word(1), word(2), word(3))) > 0;
}

const narrowTypes = ['home', 'failover'];

/** Nobody else of the pool and family is usable and not drained while this one is, or as this one is and in a better state. */
function expectBest(world: SteeringWorld, { pool, endpoint }: Given, family: 4 | 6): void {
  const { situation } = world;
  const { endpoints } = world.config.pools[pool]!;
  const isDrained = (i: number) => endpoints[i]!.weight === 0 || situation.drained(pool, i);
  const rank = (i: number) => {
    const state = situation.state(pool, i);
    return state === 'down' ? 9 : ['up', 'degraded', 'unknown'].indexOf(state) + (isDrained(i) ? 3 : 0);
  };
  for (const [other, { address }] of endpoints.entries()) {
    if (address!.family !== family) continue;
    expect(rank(endpoint)).toBeLessThanOrEqual(rank(other));
  }
}

/** Whether a decision has one region: not a draw over several, nor other rules for one family than for the other. */
function isOne(world: SteeringWorld, path: readonly number[]): boolean {
  return path.every((each) => {
    const policy = world.config.policies[each];
    if (policy === undefined) return true;
    const isDraw = policy.type === 'weighted' && policy.by.kind === 'pool' && policy.answers > 1;
    const tiers = policy.type === 'failover' ? policy.tiers : [];
    const isWide = tiers.some(
      (tier) =>
        'endpoints' in tier &&
        new Set(tier.endpoints.map((i) => world.config.pools[tier.pool]!.endpoints[i]!.region)).size > 1,
    );
    return !isDraw && !isWide && policy.type !== 'multi' && policy.type !== 'split';
  });
}

function isHealthy({ given, serving }: Answer): boolean {
  return given.length > 0 && (serving === Serving.HEALTHY || serving === Serving.FROZEN);
}
