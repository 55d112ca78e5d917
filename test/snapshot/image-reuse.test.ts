import { describe, expect, it } from 'vitest';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import type { ServedZone } from '../../src/snapshot/compile/name-tree.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { wireName } from '../zone/load.ts';

function zone(apex: string, hosts: number): ServedZone {
  const lines = Array.from({ length: hosts }, (_, i) => `h${i} 60 A 192.0.2.${i % 250}`);
  const text = ['@ 60 SOA ns h 1 2 3 4 5', '@ 60 NS ns', 'ns 60 A 192.0.2.53', ...lines, ''].join('\n');
  const bytes = new TextEncoder().encode(text);
  const loaded = loadZone({ apex: wireName(apex), file: 'test', source: { bytes } });
  return { zone: loaded.zone!, steer: [] };
}

/** The image up to where records of this size end; a reused buffer may be longer. */
function content(buffer: SharedArrayBuffer, length: number): Uint8Array {
  return new Uint8Array(buffer).slice(0, length);
}

describe('buildImage', () => {
  it('writes over a spare image of about the same size as if it were new', () => {
    const spare = buildImage([zone('old.test.', 1_000)]);
    const fresh = buildImage([zone('new.test.', 990)]);
    const reused = buildImage([zone('new.test.', 990)], spare);
    expect(reused).toBe(spare);
    // Words and index are equal to the last one; behind the records the old bytes may remain.
    const words = Math.min(fresh.byteLength, reused.byteLength) - (fresh.byteLength >>> 3);
    expect(content(reused, words)).toEqual(content(fresh, words));
  });

  it.each([
    ['too small', 10, 1_000],
    ['wasteful', 1_000, 10],
  ])('leaves a spare image alone that is %s', (_, old, now) => {
    const spare = buildImage([zone('old.test.', old)]);
    const before = content(spare, spare.byteLength);
    expect(buildImage([zone('new.test.', now)], spare)).not.toBe(spare);
    expect(content(spare, spare.byteLength)).toEqual(before);
  });
});
