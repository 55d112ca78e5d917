import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runDnsperf } from '../dnsperf.ts';
import { prepareMeridian, serveCommand } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import type { Group } from '../report.ts';
import { awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

/** Process start → first answer, without and with a state directory of an earlier run; memory under load. */
export async function measureStart(context: BenchContext): Promise<Group> {
  const { plan } = context;
  const directory = join(context.directory, 'start');
  mkdirSync(directory);
  const port = await freePort();
  const labels = steeredLabels(1000);
  prepareMeridian({
    directory,
    port,
    labels,
    databases: ['bundled'],
    workers: 2,
    httpPort: await freePort(),
  });
  const queryFile = join(directory, 'queries');
  writeQueryFile(queryFile, labels, spreadClients(), 17);

  let serial = 0;
  const start = async (): Promise<{ server: ServerProcess; seconds: number }> => {
    const server = new ServerProcess(serveCommand(directory), directory, `start-${++serial}`, undefined);
    try {
      return { server, seconds: (await awaitAnswer(server, port, `${labels[0]}.${apex}`, 60_000)) / 1000 };
    } catch (error) {
      await server.stop();
      throw error;
    }
  };

  const cold: number[] = [];
  let memory = { resident: 0, peak: 0 };
  for (let i = 0; i < plan.coldStarts; i++) {
    context.progress(`cold start ${i + 1} of ${plan.coldStarts}`);
    rmSync(join(directory, 'state'), { recursive: true, force: true });
    const { server, seconds } = await start();
    try {
      cold.push(seconds);
      await runDnsperf({
        port,
        queryFile,
        seconds: 5,
        core: undefined,
        clients: 16,
        outstanding: 200,
        timeout: 1,
      });
      const now = server.memory();
      memory = { resident: Math.max(memory.resident, now.resident), peak: Math.max(memory.peak, now.peak) };
    } finally {
      await server.stop();
    }
  }
  const warm: number[] = [];
  for (let i = 0; i < plan.warmStarts; i++) {
    context.progress(`warm start ${i + 1} of ${plan.warmStarts}`);
    const { server, seconds } = await start();
    warm.push(seconds);
    await server.stop();
  }
  return toGroup(cold, warm, memory);
}

function toGroup(cold: number[], warm: number[], memory: { resident: number; peak: number }): Group {
  const worst = (list: number[]): string => `worst of ${list.length}`;
  return {
    title: 'Start and memory: bundled city data, 1 000 names, 2 workers',
    rows: [
      {
        name: 'cold start to first answer',
        value: Math.max(...cold),
        unit: 's',
        bound: targets.coldStartSeconds,
        note: `${worst(cold)}; no state directory`,
      },
      {
        name: 'warm start to first answer',
        value: Math.max(...warm),
        unit: 's',
        bound: targets.warmStartSeconds,
        note: worst(warm),
      },
      {
        name: 'resident memory after 5 s of full load',
        value: memory.resident / 2 ** 20,
        unit: 'MiB',
        bound: targets.residentMegabytes,
        note: 'after a cold start',
      },
      { name: 'peak resident memory, the load included', value: memory.peak / 2 ** 20, unit: 'MiB' },
    ],
  };
}

/** Clients all over the IPv4 space: which of them a database places does not matter here. */
function spreadClients(): number[] {
  return Array.from({ length: 50_000 }, (_, i) => (0x01000000 + i * 0x11d3b) >>> 0);
}
