import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDnsperf } from '../dnsperf.ts';
import { serveCommand } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median } from '../report.ts';
import { ask, awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, writeQueryFile } from '../workload.ts';

const RECORDS = 1_000_000;
const RATE = 1_000;

/** A zone of a million records: how long it loads, what it takes, and how long an answer waits while it is loaded anew. */
export async function measureLarge(context: BenchContext): Promise<Group> {
  const { plan, progress } = context;
  const directory = join(context.directory, 'large');
  mkdirSync(directory);
  const port = await freePort();
  progress(`writing a zone of ${RECORDS} records`);
  writeZone(directory, 1);
  writeFileSync(
    join(directory, 'meridian.yaml'),
    `node: { name: bench }
listen: { dns: [ "127.0.0.1:${port}" ], http: off, workers: 1 }
state: { directory: state }
zones: [ { name: ${apex}, file: zone } ]
`,
  );
  const queryFile = join(directory, 'queries');
  writeQueryFile(queryFile, ['h5', 'h500000', 'h900000'], [0x08080808], 31);
  const server = new ServerProcess(serveCommand(directory), directory, 'meridian', undefined);
  const longest = async (seconds: number): Promise<number> => {
    const result = await runDnsperf({
      ...{ port, queryFile, seconds, core: undefined, clients: 4, outstanding: 50, rate: RATE, timeout: 3 },
    });
    return result.longest * 1000;
  };
  try {
    progress('loading it');
    const loaded = await awaitAnswer(server, port, `h5.${apex}`, 120_000);
    const { resident, peak: loadPeak } = server.memory();
    await longest(plan.warmSeconds);
    const quiet: number[] = [];
    const busy: number[] = [];
    const reloads = Math.max(2, Math.ceil(plan.reloads / 5));
    for (let turn = 1; turn <= reloads; turn++) {
      progress(`reload ${turn} of ${reloads}`);
      quiet.push(await longest(plan.roundSeconds));
      writeZone(directory, turn + 1);
      const waiting = longest(Math.max(10, 2 * plan.roundSeconds));
      server.signal('SIGHUP');
      busy.push(await waiting);
      await served(port, turn + 1);
    }
    const { peak } = server.memory();
    return {
      title: `A zone of ${RECORDS.toLocaleString('en').replaceAll(',', ' ')} records, 1 worker`,
      rows: [
        { name: 'start to first answer', value: loaded / 1000, unit: 's', bound: targets.largeLoadSeconds },
        { name: 'resident memory after the load', value: resident / 2 ** 20, unit: 'MiB' },
        {
          name: 'peak resident memory of the load',
          value: loadPeak / 2 ** 20,
          unit: 'MiB',
          bound: targets.largeMegabytes,
        },
        { name: 'peak resident memory, reloads included', value: peak / 2 ** 20, unit: 'MiB' },
        {
          name: 'longest wait for an answer while it is loaded anew',
          value: median(busy),
          unit: 'ms',
          note: `median of ${busy.length}, worst ${Math.max(...busy).toFixed(1)} ms; without a load ${median(quiet).toFixed(1)} ms, worst ${Math.max(...quiet).toFixed(1)} ms`,
        },
        {
          name: 'of it by the load',
          value: Math.max(0, median(busy) - median(quiet)),
          unit: 'ms',
          bound: targets.largePauseMs,
        },
      ],
    };
  } finally {
    await server.stop();
  }
}

function writeZone(directory: string, serial: number): void {
  const lines = [
    `@ 3600 SOA ns1.${apex}. hostmaster.${apex}. ${serial} 7200 1800 259200 900`,
    `@ 3600 NS ns1.${apex}.`,
    'ns1 3600 A 127.0.0.1',
    `serial 5 A 127.1.${serial >> 8}.${serial & 255}`,
  ];
  for (let i = lines.length; i < RECORDS; i++)
    lines.push(`h${i} 300 A 10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`);
  writeFileSync(join(directory, 'zone'), `${lines.join('\n')}\n`);
}

async function served(port: number, serial: number): Promise<void> {
  const wanted = `127.1.${serial >> 8}.${serial & 255}`;
  for (let i = 0; i < 600; i++) {
    if ((await ask(port, { name: `serial.${apex}` }, 500))?.addresses[0] === wanted) return;
    await sleep(100);
  }
  throw new Error('the reload was not served within a minute');
}
