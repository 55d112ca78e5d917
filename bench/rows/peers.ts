import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GeoFixture } from '../fixtures.ts';
import { type Entrant, pairedRatio, race, type Sample } from '../measure.ts';
import { kernelEcho, scriptEcho } from '../peers/echo.ts';
import { gdnsd } from '../peers/gdnsd.ts';
import { knot } from '../peers/knot.ts';
import { meridian } from '../peers/meridian.ts';
import type { Peer } from '../peers/peer.ts';
import { powerdns } from '../peers/powerdns.ts';
import type { BenchContext } from '../plan.ts';
import { regions } from '../regions.ts';
import { type Group, median, type Row } from '../report.ts';
import { ask, awaitAnswer, freePort, ServerProcess } from '../server-process.ts';
import { targets } from '../targets.ts';
import { apex, steeredLabels, writeQueryFile } from '../workload.ts';

/** CPU per query and queries per second: Meridian, its peers and the kernel's own cost, taking turns. */
export async function measurePeers(context: BenchContext): Promise<Group> {
  context.progress('writing the city database that all servers read');
  const geo = context.geo();
  const labels = steeredLabels(1000);
  const queryFile = join(context.directory, 'peers.queries');
  writeQueryFile(queryFile, labels, geo.clients, 11);
  const running: Entrant[] = [];
  const notes = new Map<string, string>();
  try {
    for (const peer of [gdnsd, meridian, knot, powerdns, kernelEcho, scriptEcho]) {
      const reason = peer.missing();
      if (reason !== undefined) {
        notes.set(peer.name, reason);
        continue;
      }
      context.progress(`starting ${peer.name}`);
      await enter(peer, context, geo, labels, queryFile, running, notes);
    }
    return toGroup(await race(running, context), notes);
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

/** Starts one server and adds it to `running`, or says in `notes` why it does not run. */
async function enter(
  peer: Peer,
  context: BenchContext,
  geo: GeoFixture,
  labels: readonly string[],
  queryFile: string,
  running: Entrant[],
  notes: Map<string, string>,
): Promise<void> {
  const folder = peer.name.toLowerCase().replaceAll(' ', '-');
  const directory = join(context.directory, folder);
  mkdirSync(directory);
  const port = await freePort();
  const command = peer.prepare({ directory, port, labels, databaseFile: geo.file, database: geo.database });
  const server = new ServerProcess(command, directory, folder, context.serverCore);
  try {
    if (peer.answers) {
      await awaitAnswer(server, port, `${labels[0]}.${apex}`, 60_000);
      notes.set(peer.name, await compareAnswers(port, labels, geo));
    } else await awaitEcho(server, port);
    running.push({ name: peer.name, server, port, queryFile });
  } catch (error) {
    notes.set(peer.name, error instanceof Error ? error.message : String(error));
    await server.stop();
  }
}

/**
 * How often a server sends a client to the region that is nearest by great circle. A server that answers
 * something else fast is not a peer, so that too little agreement is an error.
 */
async function compareAnswers(port: number, labels: readonly string[], geo: GeoFixture): Promise<string> {
  let nearest = 0;
  for (let i = 0; i < COMPARED; i++) {
    const client = geo.clients[i]!;
    const answer = await ask(port, { name: `${labels[i % labels.length]}.${apex}`, client }, 1000);
    if (answer?.rcode !== 0 || answer.addresses.length !== 1)
      throw new Error(
        `rcode ${answer?.rcode}, ${answer?.addresses.length} addresses; wanted NOERROR and one`,
      );
    if (answer.addresses[0] === regions[geo.database.regionOf(client)!]!.address) nearest++;
  }
  const share = nearest / COMPARED;
  if (share < 0.85) throw new Error(`only ${(share * 100).toFixed(1)} % of clients get the nearest region`);
  return `${(share * 100).toFixed(1)} % of clients get the nearest region`;
}

const COMPARED = 500;

async function awaitEcho(server: ServerProcess, port: number): Promise<void> {
  for (let i = 0; i < 50 && !server.ended; i++)
    if ((await ask(port, { name: apex }, 100)) !== undefined) return;
    else await sleep(20);
  throw new Error(`no echo: ${server.lastWords()}`);
}

function toGroup(samples: ReadonlyMap<string, readonly Sample[]>, notes: ReadonlyMap<string, string>): Group {
  const rows: Row[] = [];
  for (const peer of [meridian, gdnsd, knot, powerdns, kernelEcho, scriptEcho]) {
    const list = samples.get(peer.name);
    const note = notes.get(peer.name);
    const pick = (key: keyof Sample): number | undefined => list && median(list.map((sample) => sample[key]));
    rows.push({ name: `${peer.name}: CPU per query`, value: pick('cpuMicros'), unit: 'µs', note });
    if (list === undefined) continue;
    rows.push({ name: `${peer.name}: of it user`, value: pick('userMicros'), unit: 'µs' });
    rows.push({
      name: `${peer.name}: queries`,
      value: pick('queriesPerSecond'),
      unit: '/s',
      note: faults(list),
    });
  }
  const of = (peer: Peer, bound: number): Row => ({
    name: `Meridian to ${peer.name}, CPU per query`,
    value: pairedRatio(samples.get(meridian.name), samples.get(peer.name)),
    unit: '×',
    bound,
  });
  rows.push(of(gdnsd, targets.cpuToGdnsd), of(knot, targets.cpuToKnot));
  rows.push(of(powerdns, targets.cpuToPowerdns), of(kernelEcho, targets.cpuToEcho));
  return { title: '1 000 steered names, a client subnet in each query, one core', rows };
}

function faults(samples: readonly Sample[]): string | undefined {
  const wrong = samples.reduce((sum, sample) => sum + sample.wrong, 0);
  const lost = samples.reduce((sum, sample) => sum + sample.lost, 0);
  return wrong + lost === 0 ? undefined : `${wrong} answers not NOERROR, ${lost} queries lost`;
}
