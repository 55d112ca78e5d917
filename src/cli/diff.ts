import { parseInstant } from '../config/instant.ts';
import { type Comparison, compare } from '../diff/compare.ts';
import { loadCountries } from '../diff/countries.ts';
import { jsonOf } from '../diff/json.ts';
import type { PolicyReport, Shares } from '../diff/report.ts';
import type { SideParts } from '../diff/side.ts';
import { formatComparison, percent, some, titleOf } from '../diff/text.ts';
import { readArguments, UsageError, withUsage } from './arguments.ts';
import { loadSides } from './diff-sides.ts';
import { tellStartFailure } from './start-failure.ts';

/**
 * `meridian diff`: who moves from which region to which when one config takes the place of another. Exit code 0; 1 when more
 * move than `--max-moved` allows, when names are lost under it, or a config cannot be loaded.
 */
export function runDiff(args: string[]): Promise<number> {
  return withUsage(async () => {
    const { values, positionals } = readArguments({
      args,
      allowPositionals: true,
      options: {
        'old-database': { type: 'string', multiple: true, default: [] },
        'new-database': { type: 'string', multiple: true, default: [] },
        policy: { type: 'string', multiple: true, default: [] },
        'max-moved': { type: 'string' },
        at: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const [before, now] = positionals;
    if (before === undefined || now === undefined || positionals.length > 2)
      throw new UsageError('diff needs two config files: the old one and the new one');
    const most = readShare(values['max-moved']);
    const nowMs = readMoment(values.at);
    try {
      const sides = await loadSides(
        { configPath: before, databases: values['old-database'] },
        { configPath: now, databases: values['new-database'] },
        nowMs,
      );
      const comparison = compare(...sides, {
        only: readPolicies(values.policy, sides),
        countries: () => loadCountries(sides[1].config.geo.databases),
      });
      const text = values.json
        ? JSON.stringify({ at: new Date(nowMs).toISOString(), ...jsonOf(comparison) }, undefined, 2)
        : formatComparison(comparison);
      process.stdout.write(`${text}\n`);
      return tellExcess(comparison, most);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      return tellStartFailure(error);
    }
  });
}

/** `5%` as 0.05; no bound when nothing is said. */
function readShare(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const share = /^\d{1,3}(\.\d+)?%$/.test(text) ? Number.parseFloat(text) / 100 : Number.NaN;
  if (!(share <= 1)) throw new UsageError(`--max-moved ${JSON.stringify(text)} is no share like 5%`);
  return share;
}

function readMoment(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const atMs = parseInstant(text);
  if (atMs === undefined)
    throw new UsageError(`--at ${JSON.stringify(text)} is no time like 2026-12-01T10:00:00Z`);
  return atMs;
}

function readPolicies(
  names: readonly string[],
  sides: readonly SideParts[],
): ReadonlySet<string> | undefined {
  const known = new Set(sides.flatMap(({ config }) => config.policies.map(({ name }) => name)));
  for (const name of names)
    if (!known.has(name)) throw new UsageError(`--policy ${JSON.stringify(name)}: neither config has it`);
  return names.length === 0 ? undefined : new Set(names);
}

/** Says where more move than may, to another region or in theirs, and which names are lost; returns the exit code. */
function tellExcess({ policies, removedNames }: Comparison, most: number): number {
  const over = policies.filter((report) => Math.max(...Object.values(changedOf(report))) > most);
  for (const report of over) {
    const inside =
      report.swaps.length > 0 ? `; of these in their region: ${sharesWords(report.swapped)}` : '';
    const changed = sharesWords(changedOf(report)) + inside;
    process.stderr.write(`meridian: ${titleOf(report)} moves more than ${percent(most)}: ${changed}\n`);
  }
  // Whoever asked for a lost name is given nothing: no share makes up for that.
  const isLost = removedNames.length > 0 && most !== Number.POSITIVE_INFINITY;
  if (isLost) process.stderr.write(`meridian: steered before, and not now: ${some(removedNames)}\n`);
  return over.length > 0 || isLost ? 1 : 0;
}

function changedOf({ moved, swapped }: PolicyReport): Shares {
  return {
    users: moved.users + swapped.users,
    ipv4: moved.ipv4 + swapped.ipv4,
    ipv6: moved.ipv6 + swapped.ipv6,
  };
}

function sharesWords({ users, ipv4, ipv6 }: Shares): string {
  return `users ${percent(users)}, IPv4 ${percent(ipv4)}, IPv6 ${percent(ipv6)}`;
}
