import { cpus, release, totalmem } from 'node:os';

/** One line of the result. */
export interface Row {
  /** What was measured. */
  readonly name: string;
  /** Undefined when it could not be measured; `note` says why. */
  readonly value: number | undefined;
  readonly unit: string;
  /** What the value must not exceed; undefined for a line that only informs. */
  readonly bound?: number | undefined;
  readonly note?: string | undefined;
}

export interface Group {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The table for people. */
export function formatGroup({ title, rows }: Group): string {
  const cells = rows.map((row) => [
    row.name,
    row.value === undefined ? '—' : `${formatNumber(row.value)} ${row.unit}`.trim(),
    row.bound === undefined ? '' : `≤ ${formatNumber(row.bound)} ${row.unit}`.trim(),
    mark(row),
    row.note ?? '',
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) =>
        column === 1 || column === 2 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return `\n${title}\n${lines.map((line) => `  ${line}`).join('\n')}\n`;
}

/** `pass`, `FAIL`, or `?` for a bound that nothing was measured against. */
export function mark(row: Row): '' | 'pass' | 'FAIL' | '?' {
  if (row.bound === undefined) return '';
  if (row.value === undefined) return '?';
  return row.value <= row.bound ? 'pass' : 'FAIL';
}

/** The same for programs, with the machine it was measured on. */
export function toJson(groups: readonly Group[], startedAt: Date): string {
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    node: process.version,
  };
  const report = {
    startedAt: startedAt.toISOString(),
    machine,
    groups: groups.map(({ title, rows }) => ({
      title,
      rows: rows.map((row) => ({ ...row, result: mark(row) })),
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function formatNumber(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en').replaceAll(',', ' ');
  if (Number.isInteger(value)) return String(value);
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
