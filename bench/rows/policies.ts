import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Entrant, pairedRatio, race } from '../measure.ts';
import { serveCommand, writeMeridianZone } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { regions } from '../regions.ts';
import { type Group, median, type Row } from '../report.ts';
import { awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, writeQueryFile } from '../workload.ts';

/** The policies that are compared: their lines in the config, and the name that asks for each. */
const [first, second, third] = regions.map(({ name }) => name) as [string, string, string];
const policies: Readonly<Record<string, string>> = {
  nearest: '{ type: nearest, pool: app }',
  bias: `{ type: nearest, pool: app, bias: { ${first}: 20, ${second}: -10 } }`,
  latency: '{ type: latency, pool: app, table: latency.csv }',
  geo: '{ type: geo, map: { EU: one, NA: two, AS: three, default: one } }',
  failover: `{ type: failover, pool: app, order: [ ${first}, ${second}, ${third} ] }`,
  weighted: '{ type: weighted, pool: app }',
  region: '{ type: weighted, pool: app, within: region }',
  hash: '{ type: hash, pool: app, on: client }',
  multi: '{ type: multi, pool: app, answers: 1 }',
  home: '{ type: home, pool: app, owners: owners.csv, unknown: nearest }',
  schedule:
    '{ type: schedule, time-zone: Europe/Berlin, windows: [ { from: "08:00", to: "18:00", use: one } ], default: two }',
  split: '{ type: split, rules: [ { clients: [ EU ], use: one } ], default: two }',
  residency: `{ type: nearest, pool: app, residency: { EU: [ ${first}, ${second} ], default: any, unknown: any } }`,
  'three levels': '{ type: geo, map: { EU: inner, NA: inner, default: inner } }',
};

/** What a query of each policy costs beside one of `nearest`, asked of one server in turns. */
export async function measurePolicies(context: BenchContext): Promise<Group> {
  const geo = context.geo();
  const directory = join(context.directory, 'policies');
  mkdirSync(directory);
  const port = await freePort();
  writeConfig(directory, port, geo.file);
  const server = new ServerProcess(serveCommand(directory), directory, 'meridian', context.serverCore);
  try {
    const labels = Object.keys(policies).map((name) => name.replaceAll(' ', '-'));
    await awaitAnswer(server, port, `x.nearest.${apex}`, 60_000);
    const entrants: Entrant[] = labels.map((label) => {
      const queryFile = join(directory, `${label}.queries`);
      const owners = Array.from({ length: 500 }, (_, i) => `t${i}.${label}`);
      writeQueryFile(queryFile, owners, geo.clients, 23);
      return { name: label, server, port, queryFile };
    });
    const samples = await race(entrants, context);
    const cpu = (name: string): number => median(samples.get(name)!.map(({ cpuMicros }) => cpuMicros));
    const rows = labels.slice(1).map(
      (label): Row => ({
        name: `${label} to nearest, CPU per query`,
        value: pairedRatio(samples.get(label), samples.get('nearest')),
        unit: '×',
        bound: label === 'three-levels' ? targets.cpuNested : targets.cpuOfPolicy,
        note: `${cpu(label).toFixed(2)} µs`,
      }),
    );
    return {
      title: 'Policies, a client subnet in each query, one core',
      rows: [{ name: 'nearest: CPU per query', value: cpu('nearest'), unit: 'µs' }, ...rows],
    };
  } finally {
    await server.stop();
  }
}

function writeConfig(directory: string, port: number, database: string): void {
  writeMeridianZone(directory, 1);
  const latency = ['DE', 'US', 'JP', 'BR', 'AU', 'IN'].flatMap((country, i) =>
    regions.map(({ name }, r) => `${country},${name},${20 + ((i * 37 + r * 53) % 200)}`),
  );
  writeFileSync(join(directory, 'latency.csv'), ['client,region,milliseconds', ...latency, ''].join('\n'));
  const owners = Array.from({ length: 400 }, (_, i) => `t${i},${regions[i % regions.length]!.name}`);
  writeFileSync(join(directory, 'owners.csv'), ['key,region', ...owners, ''].join('\n'));
  const places = regions.map(
    ({ name, latitude, longitude }) => `  ${name}: { location: [ ${latitude}, ${longitude} ] }`,
  );
  const endpoints = regions.map(
    ({ name, address }) => `      - { name: ${name}, region: ${name}, address: ${address} }`,
  );
  const few = (from: number): string =>
    regions
      .slice(from, from + 2)
      .map(({ name, address }) => `{ name: ${name}, region: ${name}, address: ${address} }`)
      .join(', ');
  const lines = Object.entries(policies).map(([name, line]) => `  ${name.replaceAll(' ', '-')}: ${line}`);
  const steer = Object.keys(policies).map((name) => name.replaceAll(' ', '-'));
  writeFileSync(
    join(directory, 'meridian.yaml'),
    `node: { name: bench }
listen: { dns: [ "127.0.0.1:${port}" ], http: off, workers: 1 }
state: { directory: state }
geo: { databases: [ ${JSON.stringify(database)} ] }
regions:
${places.join('\n')}
pools:
  app:
    endpoints:
${endpoints.join('\n')}
  one: { endpoints: [ ${few(0)} ] }
  two: { endpoints: [ ${few(2)} ] }
  three: { endpoints: [ ${few(4)} ] }
policies:
${lines.join('\n')}
  inner: { type: failover, order: [ deepest, one ] }
  deepest: { type: nearest, pool: app }
zones:
  - name: ${apex}
    file: zone
    steer: { ${steer.map((name) => `"*.${name}": ${name}`).join(', ')} }
`,
  );
}
