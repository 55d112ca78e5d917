import type { Comparison } from './compare.ts';
import { NO_ANSWER, type PolicyReport, type Shares } from './report.ts';
import { LETTERS, letterOf, worldMap } from './world-map.ts';

/** Policies of which more than one line is said, that have a line, and that are named in one. */
const DETAILED = 8;
const LINED = 50;
const NAMED = 20;

/** The comparison for people: what moves in one line each, then a table of moves and a map of where they come from. */
export function formatComparison(comparison: Comparison): string {
  const moving = comparison.policies.filter(changes);
  // Policies that decide alike share their moves.
  const different = moving.filter(({ moves }, i) => moving.findIndex((one) => one.moves === moves) === i);
  const details = different.slice(0, DETAILED).flatMap((report) => {
    const alike = moving.filter((one) => one !== report && one.moves === report.moves);
    return [formatPolicy(report, alike).join('\n')];
  });
  const note = 'users: people of a country (Unicode CLDR), spread evenly over its IPv4 networks';
  return [overview(comparison, moving).join('\n'), ...details, moving.length > 0 ? note : '']
    .filter((part) => part !== '')
    .join('\n\n');
}

function overview(comparison: Comparison, moving: readonly PolicyReport[]): string[] {
  const { policies, added, removed, addedNames, removedNames } = comparison;
  const quiet = policies.filter((report) => !changes(report));
  const lines: readonly (readonly [boolean, string])[] = [
    [policies.length === 0, 'nothing to compare: no name is steered on both sides'],
    [quiet.length > 0, `nobody moves: ${some(quiet.map(titleOf))}`],
    [added.length > 0, `added: policy ${some(added)}`],
    [removed.length > 0, `removed: policy ${some(removed)}`],
    [addedNames > 0, `steered now, and not before: ${countOf(addedNames, 'name')}`],
    [removedNames.length > 0, `steered before, and not now: ${some(removedNames)}`],
  ];
  // One policy says so itself, below.
  const heads = moving.length > 1 ? moving.slice(0, LINED).map(headline) : [];
  if (moving.length > LINED) heads.push(`and ${moving.length - LINED} more with clients that move`);
  return [...heads, ...lines.flatMap(([holds, line]) => (holds ? [line] : []))];
}

function headline(report: PolicyReport): string {
  const { moves, moved, swaps, swapped } = report;
  const parts = [
    moves.length > 0
      ? `${percent(moved.users)} of users move (${networksOf(moved)})`
      : 'nobody leaves their region',
  ];
  if (swaps.length > 0)
    parts.push(`${percent(swapped.users)} of users get other endpoints in theirs (${networksOf(swapped)})`);
  return `${titleOf(report)}: ${parts.join('; ')}`;
}

function networksOf({ ipv4, ipv6 }: Shares): string {
  return `networks: IPv4 ${percent(ipv4)}, IPv6 ${percent(ipv6)}`;
}

/** Somebody is answered otherwise than before. */
function changes({ moves, swaps }: PolicyReport): boolean {
  return moves.length > 0 || swaps.length > 0;
}

/** `policy app`, or what went from one policy to another. */
export function titleOf({ before, now, names: { first, count } }: PolicyReport): string {
  if (before === now) return `policy ${now}`;
  const who = count > 1 ? `${first} and ${count - 1} more` : first;
  return `${who}: policy ${before} → ${now}`;
}

/** `3.1 %`: few enough digits to read, and never 0 for something. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return '0 %';
  if (value < 0.01) return '<0.01 %';
  return `${value < 0.995 ? value.toFixed(2) : value.toFixed(1)} %`;
}

const accuracy = {
  exact: undefined,
  sampled: 'sampled: draws and hashes were tried some hundred thousand times',
  labels: 'labels: each label counts the same; labels were tried in turn',
} as const;

function formatPolicy(report: PolicyReport, alike: readonly PolicyReport[]): string[] {
  const { moves, swaps, found } = report;
  const note = accuracy[found];
  return [
    headline(report),
    ...(alike.length === 0 ? [] : [`  and just so: ${some(alike.map(titleOf))}`]),
    ...(note === undefined ? [] : [`  ${note}`]),
    ...(swaps.length === 0 ? [] : ['', ...indent(swapTable(swaps))]),
    ...(moves.length === 0 ? [] : moveParts(report)),
  ];
}

function moveParts({ moves, regions, countries }: PolicyReport): string[] {
  const shares = [
    ['share of users', 'before', 'now'],
    ...regions.map(({ region, before, now }) => [region, percent(before), percent(now)]),
  ];
  const map = countries.length === 0 ? [] : indent([...worldMap(countries), LEGEND]);
  return ['', ...indent(moveTable(moves)), '', ...indent(align(shares)), '', ...map];
}

function swapTable(swaps: PolicyReport['swaps']): string[] {
  const row = (title: string, { users, ipv4, ipv6 }: Shares): string[] => [
    title,
    ...[percent(users), percent(ipv4), percent(ipv6)],
  ];
  const shown = swaps.slice(0, NAMED).map((swap) => row(`${swap.region}: ${swap.text}`, swap));
  const more = swaps.length - NAMED;
  const rest = more > 0 ? [[`and ${more} more`, '', '', '']] : [];
  return align([['in their region', 'users', 'IPv4 /24', 'IPv6 /48'], ...shown, ...rest]);
}

const LEGEND = '· stays   A most of a country’s users move   a some do';

function moveTable(moves: PolicyReport['moves']): string[] {
  const shown = moves.slice(0, LETTERS);
  const rest = moves.slice(LETTERS);
  const total = (of: 'users' | 'ipv4' | 'ipv6'): string =>
    percent(rest.reduce((sum, move) => sum + move[of], 0));
  return align([
    ['', 'users', 'IPv4 /24', 'IPv6 /48', 'most of them in'],
    ...shown.map(({ from, to, users, ipv4, ipv6, countries }, i) => [
      `${letterOf(i)} ${from ?? NO_ANSWER} → ${to ?? NO_ANSWER}`,
      ...[percent(users), percent(ipv4), percent(ipv6)],
      countries.map(({ country, users: own }) => `${country} ${percent(own)}`).join(', '),
    ]),
    ...(rest.length > 0
      ? [
          [
            `${letterOf(LETTERS)} ${countOf(rest.length, 'other move')}`,
            ...[total('users'), total('ipv4'), total('ipv6'), ''],
          ],
        ]
      : []),
  ]);
}

/** Columns of equal width; the first and the fifth are text, the others end together. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (cell: string, column: number): string =>
    column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  return rows.map((row) => row.map(pad).join('  ').trimEnd());
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first of some names, and how many more there are. */
export function some(names: readonly string[]): string {
  const more = names.length - NAMED;
  return more > 0 ? `${names.slice(0, NAMED).join(', ')} and ${more} more` : names.join(', ');
}
