import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type GeoFixture, makeGeoFixture } from './fixtures.ts';
import { meridian } from './peers/meridian.ts';
import { type BenchContext, fullPlan, quickPlan } from './plan.ts';
import { formatGroup, type Group, mark, toJson } from './report.ts';
import { measureBefore } from './rows/before.ts';
import { measureFailover } from './rows/failover.ts';
import { measureMany } from './rows/many.ts';
import { measureNames } from './rows/names.ts';
import { measurePeers } from './rows/peers.ts';
import { measurePolicies } from './rows/policies.ts';
import { measureReload } from './rows/reload.ts';
import { measureStart } from './rows/start.ts';
import { measureTcp } from './rows/tcp.ts';
import { findProgram, usableCores } from './server-process.ts';

/**
 * `npm run bench -- [--quick] [--only GROUP]… [--before PROGRAM] [--json FILE] [--keep] [--strict]`: measures the groups one after
 * the other and prints a table. Ends with 1 when a group could not run, or with `--strict` when a bound is missed.
 */
const groups = {
  peers: measurePeers,
  names: measureNames,
  policies: measurePolicies,
  many: measureMany,
  reload: measureReload,
  failover: measureFailover,
  start: measureStart,
  tcp: measureTcp,
  before: measureBefore,
} as const;

type GroupName = keyof typeof groups;

/** Groups that measure Meridian alone. */
const needsMeridian = new Set<GroupName>([
  'names',
  'policies',
  'many',
  'reload',
  'failover',
  'start',
  'tcp',
  'before',
]);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      keep: { type: 'boolean', default: false },
      before: { type: 'string' },
      strict: { type: 'boolean', default: false },
    },
  });
  const chosen = chooseGroups(values.only).filter((name) => name !== 'before' || values.before !== undefined);
  for (const program of ['dnsperf', 'taskset'])
    if (findProgram(program) === undefined)
      throw new Error(`${program} is not installed: apt-get install dnsperf util-linux`);
  const startedAt = new Date();
  const cores = usableCores();
  if (cores.length < 2) console.log('one core only: server and driver share it, so that ratios are rough');
  const directory = mkdtempSync(join(tmpdir(), 'meridian-bench-'));
  let geo: GeoFixture | undefined;
  const context: BenchContext = {
    plan: values.quick ? quickPlan : fullPlan,
    directory,
    geo() {
      geo ??= makeGeoFixture(directory);
      return geo;
    },
    serverCore: cores[0]!,
    before: values.before,
    driverCore: cores[1] ?? cores[0]!,
    progress: (text) => process.stderr.write(`· ${text}\n`),
  };
  const results: Group[] = [];
  try {
    for (const name of chosen) {
      const result = await run(name, context);
      console.log(formatGroup(result));
      results.push(result);
    }
  } finally {
    if (values.keep) console.log(`configs and logs: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
  if (values.json !== undefined) writeFileSync(values.json, toJson(results, startedAt));
  const rows = results.flatMap(({ rows }) => rows);
  const missed = rows.filter((row) => mark(row) === 'FAIL');
  if (values.strict && missed.length > 0) process.exitCode = 1;
}

/** A group that fails becomes a line that says so: the other groups still run. */
async function run(name: GroupName, context: BenchContext): Promise<Group> {
  const reason = needsMeridian.has(name) ? meridian.missing() : undefined;
  if (reason !== undefined) return failed(name, reason);
  try {
    return await groups[name](context);
  } catch (error) {
    process.exitCode = 1;
    return failed(name, error instanceof Error ? error.message : String(error));
  }
}

function failed(name: GroupName, note: string): Group {
  return { title: name, rows: [{ name: 'not measured', value: undefined, unit: '', note }] };
}

function chooseGroups(only: readonly string[]): GroupName[] {
  const all = Object.keys(groups) as GroupName[];
  const wanted = only.flatMap((list) => list.split(','));
  const unknown = wanted.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: wanted ${all.join(', ')}`);
  return wanted.length === 0 ? all : all.filter((name) => wanted.includes(name));
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
