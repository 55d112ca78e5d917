import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Entrant, race, type Sample } from '../measure.ts';
import { encodeQuery } from '../packets.ts';
import { gdnsd } from '../peers/gdnsd.ts';
import { prepareMeridian } from '../peers/meridian.ts';
import type { BenchContext } from '../plan.ts';
import { type Group, median, type Row } from '../report.ts';
import { awaitAnswer, freePort, nodeProgram, type ServerCommand, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

const CONNECTIONS = 8;
const PIPELINED = 64;
const IDLE = 5000;
const SLOW = 500;

/** Queries per second over TCP beside gdnsd; UDP while thousands of connections are open that do nothing. */
export async function measureTcp(context: BenchContext): Promise<Group> {
  const geo = context.geo();
  const labels = steeredLabels(1000);
  const queryFile = join(context.directory, 'tcp.queries');
  writeQueryFile(queryFile, labels, geo.clients, 23);
  const running: Entrant[] = [];
  const enter = async (name: string, prepare: (directory: string, port: number) => ServerCommand) => {
    context.progress(`starting ${name}`);
    const directory = join(context.directory, `tcp-${name}`);
    mkdirSync(directory);
    const port = await freePort();
    const server = new ServerProcess(prepare(directory, port), directory, name, context.serverCore);
    const load = { mode: 'tcp', clients: CONNECTIONS, outstanding: CONNECTIONS * PIPELINED } as const;
    running.push({ name, server, port, queryFile, load });
    await awaitAnswer(server, port, `${labels[0]}.${apex}`, 60_000);
  };
  try {
    const httpPort = await freePort();
    await enter('Meridian', (directory, port) => {
      const listen = `tcp: { connections: 6000, per-client: 6000, idle: 1h }`;
      const databases = [geo.file];
      return prepareMeridian({ directory, port, httpPort, labels, databases, workers: 1, listen });
    });
    const { file: databaseFile, database } = geo;
    if (gdnsd.missing() === undefined)
      await enter(gdnsd.name, (directory, port) =>
        gdnsd.prepare({ directory, port, labels, databaseFile, database }),
      );
    const rate = rateRows(await race(running, context));
    const crowd = await measureCrowd(running[0]!, labels[0]!, context);
    return {
      title: `TCP: ${PIPELINED} queries open on each of ${CONNECTIONS} connections; ${IDLE + SLOW} that do nothing`,
      rows: [...rate, ...crowd],
    };
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

function rateRows(samples: ReadonlyMap<string, readonly Sample[]>): Row[] {
  const rows = [...samples].flatMap(([name, list]): Row[] => {
    const pick = (key: keyof Sample): number => median(list.map((sample) => sample[key]));
    return [
      { name: `${name}: queries over TCP`, value: pick('queriesPerSecond'), unit: '/s' },
      { name: `${name}: CPU per query`, value: pick('cpuMicros'), unit: 'µs' },
    ];
  });
  const [ours, theirs] = [samples.get('Meridian')!, samples.get(gdnsd.name)];
  const ratio = theirs && median(theirs.map((one, i) => one.queriesPerSecond / ours[i]!.queriesPerSecond));
  const note = theirs === undefined ? gdnsd.missing() : undefined;
  const name = 'gdnsd to Meridian, queries over TCP';
  return [...rows, { name, value: ratio, unit: '×', bound: targets.tcpRateOfGdnsd, note }];
}

/** Idle and slow connections must cost the UDP side nothing, hold, and give their descriptors back. */
async function measureCrowd({ server, port }: Entrant, label: string, context: BenchContext): Promise<Row[]> {
  const { rounds, roundSeconds } = context.plan;
  const p99 = () => udpP99(port, `${label}.${apex}`, roundSeconds);
  const alone: number[] = [];
  const crowded: number[] = [];
  let [lost, left] = [0, 0];
  for (let round = 1; round <= rounds; round++) {
    context.progress(`round ${round} of ${rounds}: UDP alone, then beside ${IDLE + SLOW} TCP connections`);
    const before = server.descriptors();
    alone.push(await p99());
    const crowd = new Crowd(port, context.driverCore);
    await crowd.complete();
    crowded.push(await p99());
    lost += IDLE + SLOW - crowd.open;
    crowd.leave();
    for (let i = 0; i < 50 && server.descriptors() > before; i++) await sleep(100);
    left = Math.max(left, server.descriptors() - before);
  }
  const ratio = median(crowded.map((value, round) => value / alone[round]!));
  return [
    { name: 'UDP alone, 99th percentile', value: median(alone), unit: 'µs', note: 'one query at a time' },
    { name: 'UDP beside the connections, 99th percentile', value: median(crowded), unit: 'µs' },
    { name: 'the second to the first', value: ratio, unit: '×', bound: targets.crowdedUdp },
    { name: 'connections that did not hold', value: lost, unit: '', bound: 0 },
    { name: 'descriptors left when they had gone', value: left, unit: '', bound: 0 },
  ];
}

/** A process of its own: its work must not stand in the latencies measured here. */
class Crowd {
  open = 0;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private waiting: () => void = () => {};

  constructor(port: number, core: number) {
    const script = resolve(import.meta.dirname, '../tcp-crowd.js');
    const args = ['-c', String(core), nodeProgram, script, ...[port, IDLE, SLOW].map(String)];
    this.child = spawn('taskset', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.open = Number(String(chunk).trim().split('\n').at(-1));
      this.waiting();
    });
  }

  async complete(): Promise<void> {
    const complete = new Promise<void>((resolve) => {
      this.waiting = resolve;
    });
    const failed = sleep(30_000).then(() => Promise.reject(new Error('the connections do not open')));
    await Promise.race([complete, failed]);
  }

  leave(): void {
    this.child.stdin.end();
  }
}

/** Asks one query after the other for `seconds`; the 99th percentile of the waits, µs. */
async function udpP99(port: number, name: string, seconds: number): Promise<number> {
  const socket = createSocket('udp4');
  const packet = encodeQuery({ name, client: 0x08080808 });
  const waits: number[] = [];
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    const sent = performance.now();
    const answered = new Promise((resolve) => socket.once('message', resolve));
    socket.send(packet);
    await answered;
    waits.push((performance.now() - sent) * 1000);
  }
  socket.close();
  return waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99)]!;
}
