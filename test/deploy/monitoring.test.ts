import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { hasPromtool, promtool } from './promtool.ts';

const root = resolve(import.meta.dirname, '../..');
const prometheus = join(root, 'deploy/prometheus');
const manual = readFileSync(join(root, 'docs/operators/monitoring.md'), 'utf8');

/** name → type, from the table of the manual. */
const documented = new Map(
  [...manual.matchAll(/^\|\s*`(meridian_\w+)`\s*\|\s*(\w+)\s*\|/gm)].map(([, name, type]) => [name!, type!]),
);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
}
const rules = (parse(readFileSync(join(prometheus, 'alerts.yml'), 'utf8')) as { groups: { rules: Rule[] }[] })
  .groups[0]!.rules;

interface Dashboard {
  readonly schemaVersion: number;
  readonly templating: { readonly list: readonly { name: string; type: string }[] };
  readonly panels: readonly {
    id: number;
    title: string;
    gridPos: { x: number; y: number; w: number; h: number };
    datasource: { uid: string };
    targets: readonly { expr: string }[];
  }[];
}
const dashboard = JSON.parse(readFileSync(join(root, 'deploy/grafana/meridian.json'), 'utf8')) as Dashboard;
const dashboardQueries = dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr));

/** Grafana's variables as constants: what is left is PromQL. */
function plain(expr: string): string {
  return expr.replaceAll(/\$__(rate_interval|range)/g, '5m').replaceAll(/\$\w+/g, 'x');
}

/** Metric names of an expression that the manual does not list, or uses as another type than it says. */
function unknownNames(expr: string): string[] {
  return [...expr.matchAll(/meridian_\w+/g)]
    .map(([name]) => name)
    .filter(
      (name) =>
        !documented.has(name) && documented.get(name.replace(/_(bucket|sum|count)$/, '')) !== 'histogram',
    );
}

describe('alerts', () => {
  it('use only documented metrics', () => {
    expect(rules.flatMap((rule) => unknownNames(rule.expr))).toEqual([]);
  });

  it('have each a line in the manual with the same severity, and the manual no others', () => {
    const told = [...manual.matchAll(/^\|\s*`(Meridian\w+)`\s*\|\s*(\w+)\s*\|/gm)].map(([, name, level]) => [
      name,
      level,
    ]);
    expect(told.sort()).toEqual(rules.map((rule) => [rule.alert, rule.labels.severity]).sort());
  });

  it('have each a test', () => {
    const tests = readFileSync(join(prometheus, 'alerts.test.yml'), 'utf8');
    const tested = new Set([...tests.matchAll(/alertname: (\w+)/g)].map(([, name]) => name));
    expect(rules.map((rule) => rule.alert).filter((name) => !tested.has(name))).toEqual([]);
  });

  it('are tested with reasons that there are', () => {
    const tests = readFileSync(join(prometheus, 'alerts.test.yml'), 'utf8');
    const reasons = [...tests.matchAll(/reason="([^"]*)"/g)].map(([, reason]) => reason!);
    expect(reasons.length).toBeGreaterThan(0);
    expect(reasons.filter((reason) => !manual.includes(`\`${reason}\`,`))).toEqual([]);
  });

  it.runIf(hasPromtool)('satisfy promtool: config, rules and their tests', () => {
    expect(promtool(['check', 'config', 'prometheus.yml'], prometheus)).toBeUndefined();
    expect(promtool(['test', 'rules', 'alerts.test.yml'], prometheus)).toBeUndefined();
  });
});

describe('dashboard', () => {
  it('uses only documented metrics', () => {
    expect(dashboardQueries.flatMap(unknownNames)).toEqual([]);
  });

  it('shows every documented metric', () => {
    const shown = dashboardQueries.join('\n');
    expect([...documented.keys()].filter((name) => !shown.includes(name))).toEqual([]);
  });

  it('takes its data source from a variable', () => {
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    for (const { datasource } of dashboard.panels) expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
  });

  it('uses only variables that it defines', () => {
    const defined = new Set(dashboard.templating.list.map(({ name }) => name));
    const used = dashboardQueries.flatMap((expr) =>
      [...expr.matchAll(/\$(?!__)(\w+)/g)].map(([, name]) => name!),
    );
    expect(used.filter((name) => !defined.has(name))).toEqual([]);
  });

  it('has no two panels in one place', () => {
    const seen = new Set<string>();
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(seen.has(`${x},${y}`), title).toBe(false);
          seen.add(`${x},${y}`);
        }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  it.runIf(hasPromtool)('has queries that Prometheus can parse', () => {
    const directory = mkdtempSync(join(tmpdir(), 'meridian-dashboard-'));
    try {
      const records = dashboardQueries.map((expr, i) => ({ record: `panel:${i}`, expr: plain(expr) }));
      writeFileSync(
        join(directory, 'rules.yml'),
        JSON.stringify({ groups: [{ name: 'panels', rules: records }] }),
      );
      expect(promtool(['check', 'rules', 'rules.yml'], directory)).toBeUndefined();
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
