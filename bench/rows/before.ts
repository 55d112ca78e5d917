import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Entrant, pairedRatio, race } from '../measure.ts';
import { meridianEntry, prepareMeridian } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median } from '../report.ts';
import { awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

/** What the plain path costs beside an earlier build of Meridian (`--before PATH/dist/main.js`), taking turns. */
export async function measureBefore(context: BenchContext): Promise<Group> {
  const earlier = resolve(context.before ?? '');
  if (context.before === undefined || !existsSync(earlier))
    throw new Error('--before wants the main.js of an earlier build');
  const geo = context.geo();
  const labels = steeredLabels(1000);
  const queryFile = join(context.directory, 'before.queries');
  writeQueryFile(queryFile, labels, geo.clients, 11);
  const running: Entrant[] = [];
  try {
    for (const [name, entry] of [
      ['now', meridianEntry],
      ['before', earlier],
    ] as const) {
      const directory = join(context.directory, `build-${name}`);
      mkdirSync(directory);
      const port = await freePort();
      const setup = { directory, port, labels, databases: [geo.file], workers: 1, entry };
      const server = new ServerProcess(prepareMeridian(setup), directory, name, context.serverCore);
      running.push({ name, server, port, queryFile });
      await awaitAnswer(server, port, `${labels[0]}.${apex}`, 60_000);
    }
    const samples = await race(running, context);
    const cpu = (name: string): number => median(samples.get(name)!.map((sample) => sample.cpuMicros));
    return {
      title: 'This build against an earlier one',
      rows: [
        { name: 'earlier build: CPU per query', value: cpu('before'), unit: 'µs' },
        { name: 'this build: CPU per query', value: cpu('now'), unit: 'µs' },
        {
          name: 'this build to the earlier one, CPU per query',
          value: pairedRatio(samples.get('now'), samples.get('before')),
          unit: '×',
          bound: targets.cpuToBefore,
        },
      ],
    };
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}
