import { describe, expect, it } from 'vitest';
import { corpusOf, type TargetName, targets } from '../../fuzz/corpus.ts';
import { fuzz } from '../../fuzz/fuzz.ts';

const runs: Record<TargetName, number> = {
  packet: 20_000,
  ecs: 5_000,
  stream: 2_000,
  zone: 2_000,
  mmdb: 200,
};

describe.each(Object.keys(targets) as TargetName[])('%s', (name) => {
  it('keeps its promises for what broke it once, and for some mutations', () => {
    const result = fuzz(targets[name](), corpusOf(name), 1, (done) => done < runs[name]);
    expect(result.failure).toBeUndefined();
    expect(result.runs).toBeGreaterThanOrEqual(runs[name]);
  });
});

describe('fuzz', () => {
  it('finds a broken promise and tells the input', () => {
    const target = {
      seeds: [Uint8Array.of(1, 2, 3)],
      run: (input: Uint8Array) => {
        if (input.includes(0xff)) throw new Error('there is 255 in it');
      },
    };
    const { failure } = fuzz(target, [], 1, (done) => done < 10_000);
    expect(failure?.input.includes(0xff)).toBe(true);
  });
});
