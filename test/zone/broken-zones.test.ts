import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/runtime/problem.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { apex } from './load.ts';

const folder = resolve(import.meta.dirname, '../fixtures/zones');

/** Each file is named by its fault and tells in `;=` lines what must be said about it, all of it and in order. */
describe('a broken zone', () => {
  for (const file of readdirSync(folder)) {
    it(file, () => {
      const bytes = readFileSync(join(folder, file));
      const expected = [...bytes.toString().matchAll(/^;= (.*)$/gm)].map((match) => match[1]);
      const { zone, problems } = loadZone({ apex, file, source: { bytes } });
      expect(problems.map(formatProblem)).toEqual(expected);
      expect(zone === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
      expect(expected).not.toEqual([]);
    });
  }
});
