import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerWatch } from '../answer-watch.ts';
import { runDnsperf } from '../dnsperf.ts';
import { serveCommand, writeMeridianZone } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median } from '../report.ts';
import { Responder } from '../responder.ts';
import { awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, writeQueryFile } from '../workload.ts';
import { monitor } from './failover-config.ts';

const POLICIES = 1_000;
const REGIONS = 30;
const RATE = 1_000;
const primary = '198.51.100.1';
const secondary = '198.51.100.2';

/** One endpoint of a thousand pools of thirty regions fails and returns: until all workers know, and what it costs them. */
export async function measureMany(context: BenchContext): Promise<Group> {
  const { plan } = context;
  const geo = context.geo();
  const directory = join(context.directory, 'many');
  mkdirSync(directory);
  const [port, responder] = [await freePort(), await Responder.listen()];
  const steady = await Responder.listen();
  writeConfig(directory, port, { probePort: responder.port, steadyPort: steady.port }, geo.file);
  const queryFile = join(directory, 'queries');
  writeQueryFile(queryFile, ['n1', 'n2', 'n3'], geo.clients.slice(0, 1_000), 29);
  const server = new ServerProcess(serveCommand(directory), directory, 'meridian', undefined);
  try {
    await awaitAnswer(server, port, `n1.${apex}`, 120_000);
    const load = (seconds: number) =>
      runDnsperf({
        ...{ port, queryFile, seconds, core: undefined, clients: 4, outstanding: 50, rate: RATE, timeout: 3 },
      });
    context.progress('load without changes');
    const quiet = await load(plan.roundSeconds);
    const watch = new AnswerWatch(port, `n0.${apex}`, 32, 4);
    const delays: number[] = [];
    try {
      await watch.settled(primary, 30_000);
      await sleep(3_000);
      for (let trial = 1; trial <= plan.publishTrials; trial++) {
        context.progress(`change ${trial} of ${plan.publishTrials}`);
        responder.turn(false);
        const gone = await watch.settled(secondary, 30_000);
        delays.push(gone - responder.failures[monitor.fall - 1]!);
        responder.turn(true);
        // How many successes it wants back grows with each return: when the last of them was is not known out here.
        await watch.settled(primary, 60_000);
      }
    } finally {
      watch.close();
    }
    context.progress('load during changes');
    const loaded = load(3 * plan.roundSeconds);
    const end = performance.now() + 3_000 * plan.roundSeconds;
    for (let up = false; performance.now() < end; up = !up) {
      responder.turn(up);
      await sleep(3_500);
    }
    responder.turn(true);
    const result = await loaded;
    return {
      title: `${POLICIES} policies of ${REGIONS} regions, city data, 2 workers`,
      rows: [
        {
          name: 'health change to every worker',
          value: median(delays),
          unit: 'ms',
          bound: targets.publishManyMs,
          note: `median of ${delays.length}; worst ${Math.max(...delays).toFixed(0)} ms; it waits 10 ms for others`,
        },
        {
          name: 'longest wait for an answer during changes',
          value: result.longest * 1000,
          unit: 'ms',
          note: `without changes ${(quiet.longest * 1000).toFixed(1)} ms`,
        },
        { name: 'queries lost', value: result.lost, unit: '', bound: 0 },
      ],
    };
  } finally {
    await server.stop();
    await Promise.all([responder, steady].map((each) => each.kill()));
  }
}

function writeConfig(
  directory: string,
  port: number,
  { probePort, steadyPort }: { readonly probePort: number; readonly steadyPort: number },
  database: string,
): void {
  writeMeridianZone(directory, 1);
  const regions = Array.from({ length: REGIONS }, (_, r) => {
    const latitude = ((r * 37) % 120) - 50;
    const longitude = ((r * 53) % 340) - 170;
    return `  r${r}: { location: [ ${latitude}, ${longitude} ] }\n`;
  });
  const pools = Array.from({ length: POLICIES - 1 }, (_, p) => {
    const endpoints = Array.from(
      { length: REGIONS },
      (_, r) =>
        `      - { name: e${r}, region: r${r}, address: 10.${(p + 1) >> 8}.${(p + 1) & 255}.${r + 1} }\n`,
    );
    return `  p${p + 1}:\n    endpoints:\n${endpoints.join('')}`;
  });
  writeFileSync(
    join(directory, 'meridian.yaml'),
    `node: { name: bench }
listen: { dns: [ "127.0.0.1:${port}" ], http: off, workers: 2 }
state: { directory: state }
geo: { databases: [ ${JSON.stringify(database)} ] }
regions:
${regions.join('')}monitors:
  web: { type: http, path: /, interval: 1s, timeout: 1s, fall: ${monitor.fall}, rise: ${monitor.rise} }
pools:
  p0:
    monitor: web
    endpoints:
      - { name: e0, region: r0, address: ${primary}, probe: "127.0.0.1:${probePort}" }
      - { name: e1, region: r1, address: ${secondary}, probe: "127.0.0.1:${steadyPort}" }
${pools.join('')}policies:
${Array.from({ length: POLICIES }, (_, p) => `  p${p}: { type: nearest, pool: p${p} }\n`).join('')}zones:
  - name: ${apex}
    file: zone
    steer: { ${Array.from({ length: POLICIES }, (_, p) => `n${p}: p${p}`).join(', ')} }
`,
  );
}
