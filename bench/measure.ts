import { type DnsperfRun, runDnsperf } from './dnsperf.ts';
import type { BenchContext } from './plan.ts';
import { median } from './report.ts';
import type { ServerProcess } from './server-process.ts';

/** One round of one server under full load. */
export interface Sample {
  readonly queriesPerSecond: number;
  /** CPU per answered query, µs: user and system, and user alone. */
  readonly cpuMicros: number;
  readonly userMicros: number;
  /** Answers that were not NOERROR, and queries without an answer. */
  readonly wrong: number;
  readonly lost: number;
}

/** A server in the race. */
export interface Entrant {
  readonly name: string;
  readonly server: ServerProcess;
  readonly port: number;
  readonly queryFile: string;
  /** How dnsperf asks; default: 128 open queries over one UDP socket. */
  readonly load?: Pick<DnsperfRun, 'mode' | 'clients' | 'outstanding'>;
}

/**
 * Lets the entrants take turns, one under load at a time: what drifts on the machine meets all of them alike.
 * Returns the samples of each, in the order of the rounds.
 */
export async function race(
  entrants: readonly Entrant[],
  { plan, driverCore, progress }: BenchContext,
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(entrants.map(({ name }) => [name, []]));
  for (const entrant of entrants) await measure(entrant, plan.warmSeconds, driverCore);
  for (let round = 1; round <= plan.rounds; round++) {
    for (const entrant of entrants) {
      progress(`round ${round} of ${plan.rounds}: ${entrant.name}`);
      samples.get(entrant.name)!.push(await measure(entrant, plan.roundSeconds, driverCore));
    }
  }
  return samples;
}

/** The median over the rounds of a's CPU per query as a multiple of b's in the same round. */
export function pairedRatio(
  a: readonly Sample[] | undefined,
  b: readonly Sample[] | undefined,
): number | undefined {
  if (a === undefined || b === undefined || a.length === 0 || a.length !== b.length) return undefined;
  return median(a.map((sample, round) => sample.cpuMicros / b[round]!.cpuMicros));
}

async function measure(entrant: Entrant, seconds: number, core: number): Promise<Sample> {
  const { server, port, queryFile, load = udpLoad } = entrant;
  const before = server.cpu();
  const result = await runDnsperf({ port, queryFile, seconds, core, timeout: 1, ...load });
  const after = server.cpu();
  const user = after.user - before.user;
  const cpu = user + after.system - before.system;
  return {
    queriesPerSecond: result.queriesPerSecond,
    cpuMicros: (cpu / result.completed) * 1e6,
    userMicros: (user / result.completed) * 1e6,
    wrong: result.wrong,
    lost: result.lost,
  };
}

/** As many open queries as keep one server core busy and stay below a default socket buffer. */
const udpLoad = { clients: 1, outstanding: 128 } as const;
