import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RrType } from '../../src/dns/constants.ts';
import { limits } from '../../src/runtime/limits.ts';
import { loadText } from './load.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/operators/zones.md'), 'utf8');
const examples = [...page.matchAll(/^```zone\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
const apexRecords = 'example.com. SOA ns.example.net. admin 1 2 3 4 5\nexample.com. NS ns.example.net.\n';

describe('docs/operators/zones.md', () => {
  it.each(examples.map((text, i) => [i + 1, text] as const))(
    'example %i says what the server says',
    (_, text) => {
      // Examples without a SOA are pieces.
      const whole = text.includes('SOA') ? text : text + apexRecords;
      const expected = whole.split('\n').flatMap((line, i) => {
        const said = /; (error|warning): (.*)$/.exec(line);
        return said ? [`${i + 1}: ${said[1]}: ${said[2]}`] : [];
      });
      const { problems } = loadText(Buffer.from(whole).toString('latin1'));
      expect(problems.map((one) => `${one.line}: ${one.severity}: ${one.message}`)).toEqual(expected);
    },
  );

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(4);
  });

  it('lists the types that have a text form, all of them', () => {
    const listed = /## Types\n\n([A-Z0-9 \n]+)\n\n/.exec(page)![1]!.split(/\s+/).sort();
    const queryTypes = ['OPT', 'TKEY', 'TSIG', 'IXFR', 'AXFR', 'ANY'];
    expect(listed).toEqual(
      Object.keys(RrType)
        .filter((name) => !queryTypes.includes(name))
        .sort(),
    );
  });

  it('tells the bounds that hold', () => {
    expect(limits).toMatchObject({ zoneRecords: 5e6, zoneFileBytes: 512 * 2 ** 20, zoneEntryWords: 65_536 });
    expect(limits).toMatchObject({ rdataBytes: 65_535, problems: 100, includeDepth: 8, zoneIncludes: 1_000 });
  });
});
