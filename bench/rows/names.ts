import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Entrant, pairedRatio, race } from '../measure.ts';
import { prepareMeridian } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median } from '../report.ts';
import { awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

/** What a hundred times as many names cost: two instances of Meridian, taking turns. */
export async function measureNames(context: BenchContext): Promise<Group> {
  const geo = context.geo();
  const running: Entrant[] = [];
  try {
    for (const count of [1000, 100_000]) {
      context.progress(`starting Meridian with ${count} names`);
      const name = `names-${count}`;
      const directory = join(context.directory, name);
      mkdirSync(directory);
      const labels = steeredLabels(count);
      const queryFile = join(directory, 'queries');
      writeQueryFile(queryFile, labels, geo.clients, 13);
      const port = await freePort();
      const command = prepareMeridian({ directory, port, labels, databases: [geo.file], workers: 1 });
      const server = new ServerProcess(command, directory, name, context.serverCore);
      running.push({ name, server, port, queryFile });
      await awaitAnswer(server, port, `${labels[0]}.${apex}`, 120_000);
    }
    const samples = await race(running, context);
    const few = samples.get('names-1000')!;
    const many = samples.get('names-100000')!;
    const cpu = (list: typeof few): number => median(list.map((sample) => sample.cpuMicros));
    return {
      title: '100 000 steered names against 1 000',
      rows: [
        { name: '1 000 names: CPU per query', value: cpu(few), unit: 'µs' },
        { name: '100 000 names: CPU per query', value: cpu(many), unit: 'µs' },
        {
          name: '100 000 names to 1 000, CPU per query',
          value: pairedRatio(many, few),
          unit: '×',
          bound: targets.cpuManyNames,
        },
      ],
    };
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}
