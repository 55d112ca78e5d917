import { describe, expect, it } from 'vitest';
import { countsByNumber } from '../../src/geo/counts.ts';
import { emptyGeoMap } from '../../src/geo/map.ts';
import { matchView } from '../../src/geo/match-view.ts';
import { walkDatabases } from '../../src/geo/walk.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';

/** A map of one entry for each list of prefixes. */
function mapOf(...entries: string[][]): SharedArrayBuffer {
  const view = matchView(
    entries.map((texts) => ({
      keys: texts.map((text) => ({ kind: 'prefix' as const, prefix: parsePrefix(text)! })),
    })),
  );
  const { layers } = walkDatabases([], view.questions);
  return view.finish(layers, { any: false, systems: false }).map;
}

/** 2³² less three /8, two /4, one /10, /12 and /15, two /16 and four /24. */
const ordinary = 3_702_258_688;

describe('countsByNumber', () => {
  it.each([
    ['nothing', [], [ordinary, 0]],
    ['everything', [['0.0.0.0/0']], [0, 0, ordinary]],
    ['one address', [['8.8.8.8/32']], [ordinary - 1, 0, 1]],
    [
      'blocks of all sizes',
      [
        ['8.0.0.0/9', '9.0.0.0/16'],
        ['9.0.1.0/24', '9.1.0.128/25'],
      ],
      [ordinary - 2 ** 23 - 65_536 - 128, 0, 2 ** 23 + 65_536 - 256, 256 + 128],
    ],
    [
      'the rest of a block with reserved ones',
      [['192.0.0.0/16']],
      [ordinary - 65_536 + 512, 0, 65_536 - 512],
    ],
    ['only reserved blocks', [['10.0.0.0/8', '192.0.2.0/25', '224.0.0.0/3']], [ordinary, 0, 0]],
  ])('counts %s', (_, entries, expected) => {
    expect([...countsByNumber(mapOf(...entries))]).toEqual(expected);
  });

  it('counts by ranking as well', () => {
    expect([...countsByNumber(emptyGeoMap(3))]).toEqual([ordinary]);
  });
});
