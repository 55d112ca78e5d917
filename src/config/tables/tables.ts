import type { LatencyTable } from '../../geo/views.ts';
import { limits } from '../../runtime/limits.ts';
import type { LoadEnvironment } from '../environment.ts';
import type { Findings, Named } from '../findings.ts';
import type { OwnerTable } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { readLatencyTable } from './latency.ts';
import { type NamedText, readNamedText } from './named-text.ts';
import { readOwnerTable } from './owners.ts';

/** The tables that policies name, each file read once. */
export class Tables {
  /** In the order of their first use. */
  readonly owners: OwnerTable[] = [];
  private readonly latencies = new Map<string, LatencyTable | undefined>();
  private readonly ownerIndexes = new Map<string, number>();
  private readonly regions: Named<unknown>;
  private readonly environment: LoadEnvironment;
  private readonly findings: Findings;

  constructor(regions: Named<unknown>, environment: LoadEnvironment, findings: Findings) {
    this.regions = regions;
    this.environment = environment;
    this.findings = findings;
  }

  /** `path`: where the config names the file. Undefined when it cannot be read; that has been told then. */
  latency(file: string, path: Path): LatencyTable | undefined {
    if (this.latencies.has(file)) return this.latencies.get(file);
    const source = this.read(file, path, limits.latencyFileBytes);
    const table = source && readLatencyTable(source, this.regions, this.findings);
    this.latencies.set(file, table);
    return table;
  }

  /** The index of a table of owners. */
  ownersOf(file: string, path: Path): number {
    const known = this.ownerIndexes.get(file);
    if (known !== undefined) return known;
    const source = this.read(file, path, limits.ownerFileBytes);
    const table = source && readOwnerTable(source, this.regions, this.findings);
    const index = this.owners.push(table ?? { owners: new Map() }) - 1;
    this.ownerIndexes.set(file, index);
    return index;
  }

  private read(file: string, path: Path, maxBytes: number): NamedText | undefined {
    return readNamedText(file, path, maxBytes, this.environment, this.findings);
  }
}
