import { countryCentre } from '../geo/countries.ts';
import { type MoveReport, NOBODY, type PolicyReport } from './report.ts';

/** Moves named for one policy. */
const NAMED = 8;

/** The comparison for people: a table of moves for each policy and a map of the countries they come from. */
export function formatReports(reports: readonly PolicyReport[]): string {
  const [quiet, moving] = [reports.filter(isQuiet), reports.filter((report) => !isQuiet(report))];
  const lines = moving.flatMap((report) => [...formatPolicy(report), '']);
  if (quiet.length > 0) lines.push(`nobody moves: ${quiet.map(({ policy }) => policy).join(', ')}`, '');
  lines.push('users: people of a country (Unicode CLDR), spread evenly over its IPv4 networks');
  return lines.join('\n');
}

function isQuiet({ moves }: PolicyReport): boolean {
  return moves.length === 0;
}

function formatPolicy({ policy, moved, moves, regions }: PolicyReport): string[] {
  const shown = moves.slice(0, NAMED);
  const rows = [
    ['', 'users', 'IPv4 /24', 'IPv6 /48', 'most of them in'],
    ...shown.map((move) => [
      `${move.from ?? NOBODY} → ${move.to ?? NOBODY}`,
      percent(move.users),
      percent(move.ipv4),
      percent(move.ipv6),
      move.countries.map(({ country, users }) => `${country} ${percent(users)}`).join(', '),
    ]),
  ];
  if (moves.length > NAMED) rows.push([`and ${moves.length - NAMED} more moves`, '', '', '', '']);
  return [
    `policy ${policy}: ${percent(moved.users)} of users move (IPv4 ${percent(moved.ipv4)}, IPv6 ${percent(moved.ipv6)})`,
    '',
    ...align(rows).map((line) => `  ${line}`),
    '',
    ...align([
      ['share of users', 'before', 'now'],
      ...regions.map(({ region, before, now }) => [region, percent(before), percent(now)]),
    ]).map((line) => `  ${line}`),
    '',
    ...worldMap(shown).map((line) => `  ${line}`),
  ];
}

const MAP_WIDTH = 72;
const MAP_HEIGHT = 18;

/** Countries at their centre: a letter for the move that most of their moving users make. North of 75° and south of 60° nobody lives. */
function worldMap(moves: readonly MoveReport[]): string[] {
  const grid = Array.from({ length: MAP_HEIGHT }, () => Array<string>(MAP_WIDTH).fill('·'));
  for (const [index, { countries }] of [...moves.entries()].reverse()) {
    for (const { country } of countries) {
      const centre = countryCentre((country.charCodeAt(0) << 8) | country.charCodeAt(1));
      if (centre === undefined) continue;
      const row = Math.floor(((75 - centre.latitude) / 135) * MAP_HEIGHT);
      const column = Math.floor(((centre.longitude + 180) / 360) * MAP_WIDTH);
      const line = grid[Math.min(MAP_HEIGHT - 1, Math.max(0, row))]!;
      line[Math.min(MAP_WIDTH - 1, Math.max(0, column))] = letter(index);
    }
  }
  const legend = moves.map(
    ({ from, to }, index) => `${letter(index)} ${from ?? NOBODY} → ${to ?? NOBODY}`,
  );
  return [...grid.map((line) => line.join('')), ...legend];
}

function letter(index: number): string {
  return String.fromCharCode(65 + index);
}

function percent(share: number): string {
  if (share === 0) return '0';
  const value = 100 * share;
  return value < 0.01 ? '<0.01 %' : `${value < 1 ? value.toFixed(2) : value.toFixed(1)} %`;
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
      )
      .join('  ')
      .trimEnd(),
  );
}
