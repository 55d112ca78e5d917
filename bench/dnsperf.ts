import { spawn } from 'node:child_process';

export interface DnsperfRun {
  readonly port: number;
  /** In the form of `dnsperf -B`. */
  readonly queryFile: string;
  readonly seconds: number;
  /** Pins the driver to a core. */
  readonly core: number | undefined;
  /** Sockets; each is one client of the server. */
  readonly clients: number;
  /** Queries without an answer that may be open at once. */
  readonly outstanding: number;
  /** Queries per second; undefined: as many as the server answers. */
  readonly rate?: number | undefined;
  /** Seconds after which a query counts as lost. */
  readonly timeout: number;
  /** Default: udp. */
  readonly mode?: 'udp' | 'tcp' | 'dot';
}

export interface DnsperfResult {
  readonly sent: number;
  readonly completed: number;
  readonly lost: number;
  readonly queriesPerSecond: number;
  /** The longest wait for an answer, seconds. */
  readonly longest: number;
  /** Answers with another rcode than NOERROR. */
  readonly wrong: number;
}

/** @throws Error when dnsperf fails or prints something else than its statistics. */
export async function runDnsperf(run: DnsperfRun): Promise<DnsperfResult> {
  const args = ['dnsperf', '-B', '-s', '127.0.0.1', '-p', String(run.port), '-d', run.queryFile];
  args.push('-l', String(run.seconds), '-c', String(run.clients), '-q', String(run.outstanding));
  args.push('-t', String(run.timeout), '-b', '4096', '-m', run.mode ?? 'udp');
  if (run.rate !== undefined) args.push('-Q', String(run.rate));
  if (run.core !== undefined) args.unshift('taskset', '-c', String(run.core));
  const child = spawn(args[0]!, args.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 4096) errors += chunk;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`dnsperf ended with ${code}: ${errors.trim()}`);
  return parseDnsperf(output);
}

/** Reads the statistics that dnsperf prints at its end. */
export function parseDnsperf(output: string): DnsperfResult {
  const number = (label: string): number => {
    const found = new RegExp(`^\\s*${label}:\\s+([\\d.]+)`, 'm').exec(output);
    if (found === null) throw new Error(`dnsperf printed no "${label}"`);
    return Number(found[1]);
  };
  const list = /^\s*Response codes:\s+(.*)$/m.exec(output)?.[1] ?? '';
  let wrong = 0;
  for (const [, name, count] of list.matchAll(/(\w+) (\d+) \(/g))
    if (name !== 'NOERROR') wrong += Number(count);
  return {
    sent: number('Queries sent'),
    completed: number('Queries completed'),
    lost: number('Queries lost'),
    queriesPerSecond: number('Queries per second'),
    longest: Number(/max ([\d.]+)\)/.exec(output)?.[1] ?? Number.NaN),
    wrong,
  };
}
