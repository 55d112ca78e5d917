import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnswerWatch } from '../answer-watch.ts';
import { serveCommand } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median, type Row } from '../report.ts';
import { Responder } from '../responder.ts';
import { freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { type FailoverPool, monitor, writeFailoverConfig } from './failover-config.ts';

/** From a failing endpoint to changed answers, as a DNS client sees it at every worker. */
export async function measureFailover(context: BenchContext): Promise<Group> {
  const rows: Row[] = [];
  rows.push(...(await measurePublish(context)));
  for (const interval of [1, 10] as const) {
    rows.push(await measureKill(context, interval, 'killed'));
    rows.push(await measureKill(context, interval, 'silent'));
  }
  return { title: 'Failover: 2 workers, fall 3, rise 2', rows };
}

/** Last failed probe → every worker answers otherwise. */
async function measurePublish(context: BenchContext): Promise<Row[]> {
  const { plan } = context;
  return withPools(context, 'publish', 1, 1, { sockets: 32, pauseMs: 4 }, async ([pool], httpPort) => {
    const { responder, watch, primary, secondary } = pool!;
    const delays: number[] = [];
    for (let trial = 1; trial <= plan.publishTrials; trial++) {
      context.progress(`publish ${trial} of ${plan.publishTrials}`);
      responder.turn(false);
      const gone = await watch.settled(secondary, 30_000);
      delays.push(gone - responder.failures[monitor.fall - 1]!);
      responder.turn(true);
      // How many successes it wants back grows with each return: when the last of them was is not known out here.
      await watch.settled(primary, 60_000);
    }
    return [
      {
        name: 'health change to every worker',
        value: Math.max(...delays),
        unit: 'ms',
        bound: targets.publishMs,
        note: `worst of ${delays.length}; median ${median(delays).toFixed(0)} ms`,
      },
      {
        name: 'first failed probe to published, by its own metric',
        value: await meanFailoverSeconds(httpPort),
        unit: 's',
        note: 'mean of meridian_failover_seconds',
      },
    ];
  });
}

/** Port closed, or no answer any more → no worker answers the endpoint's address; one pool a trial, at spread moments. */
async function measureKill(
  context: BenchContext,
  intervalSeconds: 1 | 10,
  how: 'killed' | 'silent',
): Promise<Row> {
  const trials = context.plan.killTrials;
  const name = `${how}-${intervalSeconds}s`;
  const watching = { sockets: 8, pauseMs: 10 };
  return withPools(context, name, intervalSeconds, trials, watching, async (pools) => {
    context.progress(`${trials} endpoints ${how}, interval ${intervalSeconds} s`);
    const delays = await Promise.all(
      pools.map(async ({ responder, watch, secondary }, index) => {
        await sleep((intervalSeconds * 1000 * index) / trials);
        const killed = performance.now();
        if (how === 'killed') await responder.kill();
        else responder.fallSilent();
        return ((await watch.settled(secondary, 60_000)) - killed) / 1000;
      }),
    );
    return {
      name: `endpoint ${how} to gone, interval ${intervalSeconds} s`,
      value: Math.max(...delays),
      unit: 's',
      bound: targets.goneSeconds[intervalSeconds],
      note: `worst of ${trials}; median ${median(delays).toFixed(1)} s`,
    };
  });
}

interface WatchedPool extends FailoverPool {
  readonly responder: Responder;
  readonly watch: AnswerWatch;
}

/** Runs `body` against a server with so many pools, all up, each with a responder and a watch of its own. */
async function withPools<T>(
  context: BenchContext,
  name: string,
  intervalSeconds: number,
  count: number,
  watching: { sockets: number; pauseMs: number },
  body: (pools: readonly WatchedPool[], httpPort: number) => Promise<T>,
): Promise<T> {
  const directory = join(context.directory, name);
  mkdirSync(directory);
  const [port, httpPort] = [await freePort(), await freePort()];
  const steady = await Responder.listen();
  // Each at an address of its own: one address gets a bounded number of probes at once.
  const responders = await Promise.all(
    Array.from({ length: count }, (_, i) => Responder.listen(`127.0.1.${i + 1}`)),
  );
  const pools = writeFailoverConfig({
    directory,
    port,
    httpPort,
    intervalSeconds,
    timeoutMs: intervalSeconds < 2 ? 500 : undefined,
    steady: steady.place,
    probes: responders.map((responder) => responder.place),
  });
  const server = new ServerProcess(serveCommand(directory), directory, 'meridian', undefined);
  const watched = pools.map((pool, index) => ({
    ...pool,
    responder: responders[index]!,
    watch: new AnswerWatch(port, pool.owner, watching.sockets, watching.pauseMs),
  }));
  try {
    context.progress(`${name}: waiting for ${count} healthy pools`);
    for (const { watch, primary } of watched)
      await watch.settled(primary, 30_000).catch((error: Error) => {
        throw new Error(`${error.message}: ${server.lastWords()}`);
      });
    // The states of a start are behind us after two rounds of probes.
    await sleep(Math.min(2 * intervalSeconds, 3) * 1000);
    return await body(watched, httpPort);
  } finally {
    for (const { watch } of watched) watch.close();
    await server.stop();
    await Promise.all([steady, ...responders].map((responder) => responder.kill()));
  }
}

async function meanFailoverSeconds(httpPort: number): Promise<number | undefined> {
  const page = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
  const sum = (suffix: string): number =>
    [
      ...page.matchAll(new RegExp(`^meridian_failover_seconds_${suffix}(?:\\{[^}]*\\})? (\\S+)`, 'gm')),
    ].reduce((total, match) => total + Number(match[1]), 0);
  return sum('count') === 0 ? undefined : sum('sum') / sum('count');
}
