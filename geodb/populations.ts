import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Writes `src/diff/populations.ts` anew: `node --experimental-strip-types geodb/populations.ts territoryInfo.json`, with
 * the file of that name from the npm package `cldr-core` (folder `supplemental`).
 */
interface TerritoryInfo {
  readonly supplemental: {
    readonly version: { readonly _cldrVersion: string };
    readonly territoryInfo: Readonly<Record<string, { readonly _population?: string }>>;
  };
}

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error('wanted: the path of territoryInfo.json');
const { supplemental } = JSON.parse(readFileSync(source, 'utf8')) as TerritoryInfo;
const entries = Object.entries(supplemental.territoryInfo)
  .map(([code, { _population }]) => [code, Number(_population ?? 0)] as const)
  .filter(([code, people]) => /^[A-Z]{2}$/.test(code) && code !== 'ZZ' && people > 0)
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([code, people]) => `${code}${Math.max(1, Math.round(people / 1000))}`);

const lines = [''];
for (const entry of entries) {
  const line = lines.at(-1)!;
  if (line.length + entry.length + 1 > 100) lines.push(entry);
  else lines[lines.length - 1] = line === '' ? entry : `${line} ${entry}`;
}

const file = resolve(import.meta.dirname, '../src/diff/populations.ts');
const before = readFileSync(file, 'utf8');
const from = before.indexOf('`\n') + 2;
const text = before.slice(0, from) + lines.join('\n') + before.slice(before.indexOf('\n`;', from));
writeFileSync(file, text.replace(/version \d+/, `version ${supplemental.version._cldrVersion}`));
