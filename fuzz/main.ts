import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusOf, type TargetName, targets } from './corpus.ts';
import { fuzz } from './fuzz.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, runs: { type: 'string' } },
});
const [name, seconds = '10'] = positionals;

if (name === undefined || !Object.hasOwn(targets, name)) {
  console.error(
    `usage: npm run fuzz -- TARGET [SECONDS] [--runs N] [--seed N]\ntargets: ${Object.keys(targets).join(' ')}`,
  );
  process.exitCode = 2;
} else {
  runTarget(name as TargetName);
}

function runTarget(target: TargetName): void {
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const runs = values.runs === undefined ? Number.POSITIVE_INFINITY : Number(values.runs);
  const until = performance.now() + 1_000 * Number(seconds);
  console.log(`${target}: seed ${seed}`);
  const before = process.memoryUsage.rss();
  const result = fuzz(
    targets[target](),
    corpusOf(target),
    seed,
    (done) => done < runs && (runs < Infinity || performance.now() < until),
  );
  const grown = Math.round((process.memoryUsage.rss() - before) / 2 ** 20);
  console.log(
    `${target}: ${result.runs} inputs, ${result.failure === undefined ? 'no failure' : 'FAILED'}, RSS ${grown >= 0 ? '+' : ''}${grown} MiB`,
  );
  if (result.failure === undefined) return;
  const { input, error } = result.failure;
  const folder = join('fuzz', 'corpus', target);
  const file = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, input);
  console.error(
    `${error instanceof Error ? error.stack : error}\nthe input is kept in ${file}; a test replays it from now on`,
  );
  process.exitCode = 1;
}
