import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fleet } from '../fleet.ts';
import { serveCommand } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import type { Group, Row } from '../report.ts';
import { freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex } from '../workload.ts';

const POOLS = 10;
const ENDPOINTS = 1_000;
const INTERVAL_MS = 10_000;

/** Ten thousand endpoints, each at an address of its own, all well: what it costs to check them, and how even it is. */
export async function measureHealth(context: BenchContext): Promise<Group> {
  const rows: Row[] = [];
  for (const kind of ['http', 'tcp'] as const) rows.push(...(await measureKind(context, kind)));
  return { title: `${POOLS * ENDPOINTS} endpoints at ${INTERVAL_MS / 1000} s, 2 workers`, rows };
}

async function measureKind(context: BenchContext, kind: 'http' | 'tcp'): Promise<Row[]> {
  const directory = join(context.directory, `health-${kind}`);
  mkdirSync(directory);
  const [port, httpPort] = [await freePort(), await freePort()];
  const fleet = await Fleet.listen(kind, INTERVAL_MS);
  writeConfig(directory, port, httpPort, kind, fleet.port);
  const server = new ServerProcess(serveCommand(directory), directory, 'meridian', undefined);
  try {
    context.progress(`${kind}: waiting for ${POOLS * ENDPOINTS} endpoints to be up`);
    await allUp(server, httpPort, 60_000);
    // The first round came all at once; a regular one is behind us after an interval.
    await sleep(INTERVAL_MS);
    await fleet.report();
    const seconds = context.plan.probeSeconds;
    context.progress(`${kind}: ${seconds} s of probes`);
    // We only wait meanwhile: by how much we wake too late is the machine's doing.
    const lateness = monitorEventLoopDelay({ resolution: 10 });
    lateness.enable();
    const [before, beganAt] = [server.cpu(), performance.now()];
    await sleep(seconds * 1000);
    const [after, tookMs] = [server.cpu(), performance.now() - beganAt];
    lateness.disable();
    const report = await fleet.report();
    const { resident } = server.memory();
    const { up, pageMs } = await countUp(httpPort);
    const user = after.user - before.user;
    const cpu = user + after.system - before.system;
    const shares = `of it user ${((user * 1000) / tookMs).toFixed(2)}`;
    const each = ((cpu * 1e6) / report.probes).toFixed(0);
    return [
      {
        name: `${kind}: CPU`,
        value: (cpu * 1000) / tookMs,
        unit: 'cores',
        bound: targets.probingCores[kind],
        note: `${shares}; ${each} µs a probe, ${report.probes} probes of ${report.endpoints} endpoints`,
      },
      {
        name: `${kind}: start of a probe beside its time, 99th percentile`,
        value: report.p99Ms,
        unit: 'ms',
        bound: targets.probeDelayMs,
        note: `worst ${report.worstMs.toFixed(0)} ms; ${report.fewestPerSecond} to ${report.mostPerSecond} a second; an idle process was up to ${(lateness.max / 1e6 - 10).toFixed(0)} ms late`,
      },
      {
        name: `${kind}: resident memory`,
        value: resident / 2 ** 20,
        unit: 'MiB',
        bound: targets.probingMegabytes,
      },
      { name: `${kind}: endpoints that are not up`, value: POOLS * ENDPOINTS - up, unit: '', bound: 0 },
      { name: `${kind}: page of metrics`, value: pageMs, unit: 'ms' },
    ];
  } finally {
    await server.stop();
    await fleet.leave();
  }
}

async function allUp(server: ServerProcess, httpPort: number, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  for (let up = 0; up < POOLS * ENDPOINTS; up = (await countUp(httpPort)).up) {
    if (server.ended || performance.now() > end)
      throw new Error(`${up} endpoints are up: ${server.lastWords()}`);
    await sleep(500);
  }
}

/** By the server's own metrics; 0 as long as there are none. */
async function countUp(httpPort: number): Promise<{ up: number; pageMs: number }> {
  const beganAt = performance.now();
  const page = await fetch(`http://127.0.0.1:${httpPort}/metrics`).then(
    (response) => response.text(),
    () => '',
  );
  const pageMs = performance.now() - beganAt;
  return { up: [...page.matchAll(/^meridian_endpoint_up\{[^}]*\} 1$/gm)].length, pageMs };
}

function writeConfig(
  directory: string,
  port: number,
  httpPort: number,
  kind: 'http' | 'tcp',
  fleetPort: number,
): void {
  const settings = kind === 'http' ? 'type: http, path: /' : 'type: tcp';
  const pools = Array.from({ length: POOLS }, (_, p) => {
    const endpoints = Array.from({ length: ENDPOINTS }, (_, e) => {
      const place = `${p + 1}.${e >> 8}.${e & 255}`;
      return `      - { name: e${e}, region: first, address: 10.${place}, probe: "127.${place}:${fleetPort}" }\n`;
    });
    return `  p${p}:\n    monitor: fleet\n    endpoints:\n${endpoints.join('')}`;
  });
  writeFileSync(
    join(directory, 'meridian.yaml'),
    `node: { name: bench }
listen: { dns: [ "127.0.0.1:${port}" ], http: "127.0.0.1:${httpPort}", workers: 2 }
state: { directory: state }
regions:
  first: { location: [ 39.04, -77.49 ] }
monitors:
  fleet: { ${settings}, interval: ${INTERVAL_MS / 1000}s, timeout: 2s }
pools:
${pools.join('')}policies:
${Array.from({ length: POOLS }, (_, p) => `  p${p}: { type: nearest, pool: p${p} }\n`).join('')}zones:
  - name: ${apex}
    records:
      - "@ 3600 SOA ns1.${apex}. hostmaster.${apex}. 1 7200 1800 259200 900"
      - "@ 3600 NS ns1.${apex}."
      - "ns1 3600 A 127.0.0.1"
    steer: { ${Array.from({ length: POOLS }, (_, p) => `n${p}: p${p}`).join(', ')} }
`,
  );
}
