import { parseArgs } from 'node:util';
import { simulate } from './world.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seeds: { type: 'string', default: '1' } },
});
const first = Number(positionals[0] ?? 1);
const count = Number(values.seeds);

if (!Number.isSafeInteger(first) || !Number.isSafeInteger(count) || count < 1) {
  console.error('usage: npm run simulate -- [SEED] [--seeds N]');
  process.exitCode = 2;
} else {
  await runSeeds();
}

async function runSeeds(): Promise<void> {
  const beganAt = performance.now();
  let moves = 0;
  for (let seed = first; seed < first + count; seed++) {
    const result = await simulate(seed);
    moves += result.moves;
    if (count === 1) console.log(result.timeline.join('\n'));
    if (result.failure === undefined) continue;
    if (count > 1) console.error(result.timeline.join('\n'));
    console.error(`seed ${seed}: ${result.failure}\nagain: npm run simulate -- ${seed}`);
    process.exitCode = 1;
    return;
  }
  const seconds = ((performance.now() - beganAt) / 1_000).toFixed(1);
  console.log(
    `${count} worlds of ten minutes in ${seconds} s: all promises held; ${moves} changes of writer`,
  );
}
