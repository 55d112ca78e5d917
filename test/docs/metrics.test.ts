import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { registerCertificates } from '../../src/metrics/certificates.ts';
import { registerGeoAge } from '../../src/metrics/geo-age.ts';
import { registerHealthGauges } from '../../src/metrics/health-gauges.ts';
import { registerQueryLog } from '../../src/metrics/query-log.ts';
import { createMetrics } from '../../src/metrics/registry.ts';
import { registerSuccession } from '../../src/metrics/succession.ts';
import { registerWorkerCounters } from '../../src/metrics/worker-counters.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { Tally } from '../../src/server/control-block.ts';

const root = resolve(import.meta.dirname, '../..');
const manual = readFileSync(join(root, 'docs/operators/monitoring.md'), 'utf8');

/** What prom-client knows of a metric; the label names are not in its types. */
interface Metric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
}
interface Labelled {
  readonly labelNames: readonly string[];
}

async function registered(): Promise<Metric[]> {
  const { registry } = createMetrics();
  registerWorkerCounters(registry, { counts: () => [], tallies: () => [], answers: () => new Map() });
  registerHealthGauges(registry, {
    config: () => undefined,
    state: () => 'up',
    regionState: () => undefined,
    inMaintenance: () => false,
    frozen: () => false,
    isolated: () => false,
    certificateExpiresAtMs: () => undefined,
  });
  registerQueryLog(registry, { written: () => 0, dropped: () => 0, state: () => undefined });
  registerCertificates(registry, () => []);
  registerSuccession(registry, {
    config: () => undefined,
    lagOf: () => undefined,
    sourceRegions: () => [],
    failovers: () => [],
  });
  registerGeoAge(registry, { databases: () => [], nowSeconds: () => 0 });
  const metrics = await registry.getMetricsAsJSON();
  return metrics.map(({ name, type, help }) => {
    const { labelNames } = registry.getSingleMetric(name) as unknown as Labelled;
    const labels = labelNames.map((label) => `\`${label}\``).join(', ');
    return { name, type: `${type}`, help, labels };
  });
}

const rows = [...manual.matchAll(/^\| *`(meridian_\w+)` *\| *(\w+) *\| *(.*?) *\|/gm)];

describe('docs/operators/monitoring.md', () => {
  it('has a row for each metric, with its type and labels, and no other', async () => {
    const documented = rows.map(([, name, type, labels]) => ({ name, type, labels }));
    const known = (await registered()).map(({ help: _, ...metric }) => metric);
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }) =>
      a.name! < b.name! ? -1 : 1;
    expect(documented.sort(byName)).toEqual(known.sort(byName));
  });

  it.each(['meridian_dns_dropped_total', 'meridian_tcp_closed_total'])(
    'names each reason of %s, and no other',
    async (name) => {
      const { registry } = createMetrics();
      registerWorkerCounters(registry, {
        counts: () => [new Float64Array(counterBytes / 8)],
        tallies: () => [new Float64Array(Object.keys(Tally).length)],
        answers: () => new Map(),
      });
      const { values } = await registry.getSingleMetric(name)!.get();
      const paragraph = manual.split('\n\n').find((text) => text.startsWith(`Reasons of \`${name}\`:`))!;
      // What stands before a comma, at the beginning or after a semicolon.
      const told = [...paragraph.matchAll(/[:;]\s+`([a-z-]+)`,/g)].map(([, reason]) => reason);
      expect(told.sort()).toEqual(values.map(({ labels }) => labels['reason']).sort());
    },
  );

  it('says of a state between up and down what the gauge says', () => {
    const row = manual.split('\n').find((line) => line.startsWith('| `meridian_endpoint_up`'));
    expect(row).toMatch(/\b0\.5\b/);
    expect(row).toMatch(/\b0\.75\b/);
  });
});

describe('metrics', () => {
  it('have names by the rules of Prometheus, and a sentence of help', async () => {
    for (const { name, type, help } of await registered()) {
      expect(name).toMatch(/^meridian_[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(help, name).toMatch(/^[A-Z].*\.$/);
    }
  });
});
