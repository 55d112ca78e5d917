import { keyText } from '../../geo/key-text.ts';
import type { LatencyRow, LatencyTable } from '../../geo/views.ts';
import { limits } from '../../runtime/limits.ts';
import { readClients } from '../clients.ts';
import { type Findings, type Named, undefinedName } from '../findings.ts';
import { parseInstant } from '../instant.ts';
import { showValue } from '../wording.ts';
import { type CsvRow, readCsv } from './csv.ts';
import type { NamedText } from './named-text.ts';

const shape = {
  columns: ['client', 'region', 'milliseconds'],
  optional: ['measured'],
  maxRows: limits.latencyRows,
};
const longestMs = 60_000;

/**
 * Round-trip times from `client,region,milliseconds[,measured]`. Of several for a client and a region the newest counts:
 * the one that was measured last, and of those without a time, or with the same, the one that stands last.
 */
export function readLatencyTable(
  source: NamedText,
  regions: Named<unknown>,
  findings: Findings,
): LatencyTable {
  const newest = new Map<string, { row: LatencyRow; measuredMs: number }>();
  readCsv(source, shape, findings, (csv) => {
    const row = readRow(csv, regions);
    const measuredMs = readMeasured(csv);
    if (row === undefined || measuredMs === undefined) return;
    const key = `${keyText(row.client)} ${row.region}`;
    const known = newest.get(key);
    if (known === undefined || measuredMs >= known.measuredMs) newest.set(key, { row, measuredMs });
  });
  return { rows: [...newest.values()].map(({ row }) => row) };
}

/** Every faulty field is told. */
function readRow(csv: CsvRow, regions: Named<unknown>): LatencyRow | undefined {
  const client = readClient(csv);
  const name = csv.fields[1]!;
  const region = regions.get(name)?.index;
  if (region === undefined) csv.fault(1, 'CONFIG_REFERENCE', () => undefinedName('region', name, regions));
  const milliseconds = readMilliseconds(csv);
  if (client === undefined || region === undefined || milliseconds === undefined) return undefined;
  return { client, region, milliseconds };
}

function readClient({ fields, fault }: CsvRow): LatencyRow['client'] | undefined {
  const clients = readClients(fields[0]!);
  const key = clients.ok && clients.keys.length === 1 ? clients.keys[0]! : undefined;
  if (key !== undefined && key.kind !== 'continent' && key.kind !== 'subdivision') return key;
  const wanted = 'wanted a network, an AS number or a country';
  const why = clients.ok ? wanted : clients.reason;
  fault(0, 'CONFIG_VALUE', () => `client ${showValue(fields[0])}: ${why}`);
  return undefined;
}

function readMilliseconds({ fields, fault }: CsvRow): number | undefined {
  const text = fields[2]!;
  const milliseconds = /^[0-9]{1,6}(\.[0-9]{1,6})?$/.test(text) ? Number(text) : 0;
  if (milliseconds > 0 && milliseconds <= longestMs) return milliseconds;
  const wanted = `wanted a number above 0, at most ${longestMs}`;
  fault(2, 'CONFIG_VALUE', () => `milliseconds ${showValue(text)}: ${wanted}`);
  return undefined;
}

/** Milliseconds since 1970; without a time it is older than any. */
function readMeasured({ fields, fault }: CsvRow): number | undefined {
  const text = fields[3] ?? '';
  if (text === '') return Number.NEGATIVE_INFINITY;
  const instant = parseInstant(text);
  if (instant !== undefined) return instant;
  fault(3, 'CONFIG_VALUE', () => `measured ${showValue(text)}: wanted a time such as 2026-12-01T10:00:00Z`);
  return undefined;
}
