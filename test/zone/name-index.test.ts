import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameKey } from '../../src/dns/names.ts';
import { NameIndex } from '../../src/zone/name-index.ts';
import { wireName } from './load.ts';

describe('name index', () => {
  it('numbers names as a map of folded keys does', () => {
    const label = fc.string({
      unit: fc.constantFrom('a', 'B', 'b', 'Z', '-', '*'),
      minLength: 1,
      maxLength: 3,
    });
    const name = fc.array(label, { maxLength: 4 }).map((labels) => wireName(`${labels.join('.')}.`));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 200 }), fc.array(name, { maxLength: 20 }), (names, others) => {
        const index = new NameIndex();
        const map = new Map<string, number>();
        for (const one of names) {
          if (!map.has(nameKey(one))) map.set(nameKey(one), map.size);
          expect(index.add(one)).toBe(map.get(nameKey(one)));
        }
        expect(index.count).toBe(map.size);
        for (const one of [...names, ...others]) expect(index.find(one)).toBe(map.get(nameKey(one)) ?? -1);
        for (const [key, number] of map) expect(nameKey(index.name(number))).toBe(key);
      }),
      { numRuns: 200 },
    );
  });

  it('finds the ancestors of a name inside its bytes', () => {
    const index = new NameIndex();
    index.add(wireName('Example.com.'));
    expect(index.find(wireName('www.eXample.com.'), 4)).toBe(0);
    expect(index.find(wireName('www.example.com.'), 0)).toBe(-1);
    expect(index.find(wireName('com.'))).toBe(-1);
  });
});
