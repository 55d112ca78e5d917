import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDnsperf } from '../dnsperf.ts';
import { prepareMeridian, writeMeridianZone } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import type { Group } from '../report.ts';
import { ask, awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

/** Reloads with a changed zone while 50 000 queries a second come in: how many stay without an answer. */
export async function measureReload(context: BenchContext): Promise<Group> {
  const { plan } = context;
  const directory = join(context.directory, 'reload');
  mkdirSync(directory);
  const labels = steeredLabels(1000);
  const queryFile = join(directory, 'queries');
  writeQueryFile(queryFile, labels, [0x08080808, 0xc1000687, 0x01010101], 19);
  const port = await freePort();
  const command = prepareMeridian({ directory, port, labels, databases: ['bundled'], workers: 2 });
  const server = new ServerProcess(command, directory, 'meridian', undefined);
  const load = (seconds: number) =>
    runDnsperf({
      port,
      queryFile,
      seconds,
      core: undefined,
      clients: 16,
      // More would overflow a default socket buffer whenever the driver catches up after a pause of its own, and
      // the loss would be the driver's. A pause of the server shows as the longest wait and as a lower rate.
      outstanding: 200,
      rate: RATE,
      timeout: 3,
    });
  try {
    await awaitAnswer(server, port, `${labels[0]}.${apex}`, 60_000);
    context.progress('load without reloads');
    await load(plan.warmSeconds);
    const quiet = await load(plan.reloadSeconds / 3);
    context.progress(`${plan.reloads} reloads under load`);
    const loaded = load(plan.reloadSeconds);
    const times = await reloadAgain(server, directory, port, plan.reloads, plan.reloadSeconds);
    const result = await loaded;
    return {
      title: `Reload under ${RATE.toLocaleString('en').replaceAll(',', ' ')} queries/s, 2 workers`,
      rows: [
        {
          name: 'queries lost without a reload',
          value: quiet.lost,
          unit: '',
          note: `of ${quiet.sent}; what the machine loses by itself`,
        },
        {
          name: `queries lost over ${plan.reloads} reloads`,
          value: times.length === plan.reloads ? result.lost : undefined,
          unit: '',
          bound: targets.lostQueries,
          note: `of ${result.sent}; ${times.length} reloads served in time`,
        },
        {
          name: 'answers other than NOERROR',
          value: result.wrong,
          unit: '',
          bound: 0,
        },
        { name: 'rate held', value: result.queriesPerSecond, unit: '/s' },
        {
          name: 'longest wait for an answer',
          value: result.longest * 1000,
          unit: 'ms',
          note: `without a reload ${(quiet.longest * 1000).toFixed(1)} ms`,
        },
        {
          name: 'signal to new zone served',
          value: times.length === 0 ? undefined : Math.max(...times) / 1000,
          unit: 's',
          note: 'worst',
        },
      ],
    };
  } finally {
    await server.stop();
  }
}

const RATE = 50_000;

/** Milliseconds from each signal to the first answer from the new zone; stops when the time is up. */
async function reloadAgain(
  server: ServerProcess,
  directory: string,
  port: number,
  count: number,
  seconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  const pauseMs = (seconds * 1000) / (count + 2);
  for (let turn = 1; turn <= count; turn++) {
    await sleep(Math.max(0, begin + turn * pauseMs - performance.now()));
    const serial = turn + 1;
    writeMeridianZone(directory, serial);
    const signalled = performance.now();
    server.signal('SIGHUP');
    const wanted = `127.1.${serial >> 8}.${serial & 255}`;
    while ((await ask(port, { name: `serial.${apex}` }, 500))?.addresses[0] !== wanted) {
      if (performance.now() > end || server.ended) return times;
      await sleep(5);
    }
    times.push(performance.now() - signalled);
  }
  return times;
}
