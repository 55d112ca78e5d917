import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Transport } from '../../src/query/source.ts';
import { measure } from '../query/allocated.ts';
import { sourceOf } from '../query/world.ts';
import { kinds, ROOT, randomScene } from './scenes.ts';
import { questionPacket, SteeringWorld } from './world.ts';

const source = sourceOf('9.9.9.9', Transport.UDP);
const out = new Uint8Array(4096);

/** One world of each kind at its root, with policies over policies below, and what is asked there. */
const asked = kinds.flatMap((root, seed) => {
  const options = { root, families: 'together', nested: true, residency: true, shares: true } as const;
  return fc.sample(randomScene(options), { seed, numRuns: 1 }).flatMap(({ scene, situation, questions }) => {
    const world = new SteeringWorld(scene, situation);
    return questions.map((question) => ({ world, query: questionPacket({ ...question, policy: ROOT }) }));
  });
});

describe('a decision', () => {
  it('allocates nothing, whatever the policies', async () => {
    const rounds = 2_000;
    const answer = () => {
      for (let i = 0; i < rounds; i++) for (const { world, query } of asked) world.send(query, source, out);
    };
    let best = { grown: Number.POSITIVE_INFINITY, collections: 0 };
    for (let attempt = 0; attempt < 12 && (best.grown > MOST_BYTES || best.collections > 0); attempt++) {
      answer();
      best = await measure(answer);
    }
    // One object of 16 bytes for each answer to a sixth of the worlds would be 500 kB, or a collection that hides it.
    expect(best.grown).toBeLessThanOrEqual(MOST_BYTES);
    expect(best.collections).toBe(0);
  });
});

const MOST_BYTES = 250_000;
