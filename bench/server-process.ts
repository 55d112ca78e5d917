import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeQuery, type ParsedAnswer, parseAnswer } from './packets.ts';

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/** CPU seconds of a process, all its threads. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** A server under test: started, watched through /proc, stopped. */
export class ServerProcess {
  readonly pid: number;
  /** `performance.now()` at the spawn. */
  readonly startedAt: number;
  readonly log: string;
  private readonly child: ChildProcess;

  /** Output goes to `NAME.log` in `directory`. `core` pins all threads. */
  constructor(command: ServerCommand, directory: string, name: string, core: number | undefined) {
    const words = [command.program, ...command.args];
    if (core !== undefined) words.unshift('taskset', '-c', String(core));
    this.log = join(directory, `${name}.log`);
    this.startedAt = performance.now();
    this.child = spawn(words[0]!, words.slice(1), { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = createWriteStream(this.log, { flags: 'a' });
    this.child.stdout?.pipe(log);
    this.child.stderr?.pipe(log);
    this.child.on('error', () => {});
    this.pid = this.child.pid ?? 0;
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null || this.pid === 0;
  }

  cpu(): CpuTime {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { user: Number(fields[11]) / ticksPerSecond, system: Number(fields[12]) / ticksPerSecond };
  }

  /** Resident and peak resident memory, bytes. */
  memory(): { resident: number; peak: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'latin1');
    const bytes = (key: string): number =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
    return { resident: bytes('VmRSS'), peak: bytes('VmHWM') };
  }

  /** Open file descriptors. */
  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.ended) return;
    const closed = new Promise((resolve) => this.child.once('close', resolve));
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await closed;
    clearTimeout(forced);
  }

  /** The end of the log, for a message about a failure. */
  lastWords(): string {
    return existsSync(this.log)
      ? readFileSync(this.log, 'utf8').trim().split('\n').slice(-4).join(' | ')
      : '';
  }
}

/**
 * Waits for the first NOERROR answer with an address and returns the milliseconds since the process was
 * spawned. @throws Error when the process ends first or `limitMs` pass.
 */
export async function awaitAnswer(
  server: ServerProcess,
  port: number,
  name: string,
  limitMs: number,
): Promise<number> {
  while (performance.now() - server.startedAt < limitMs) {
    if (server.ended) throw new Error(`ended at start: ${server.lastWords()}`);
    const answer = await ask(port, { name }, 100);
    if (answer?.rcode === 0 && answer.addresses.length > 0) return performance.now() - server.startedAt;
    if (answer === undefined) await sleep(5);
  }
  throw new Error(`no answer within ${limitMs} ms: ${server.lastWords()}`);
}

/** One query over UDP; undefined when no answer came in time. */
export function ask(
  port: number,
  query: { name: string; client?: number },
  timeoutMs: number,
): Promise<ParsedAnswer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answer: ParsedAnswer | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => end(undefined), timeoutMs);
    socket.on('message', (bytes) => end(parseAnswer(bytes)));
    // A connected socket hears of a closed port at once; the wait for a start is then as fine as its pauses.
    socket.on('error', () => end(undefined));
    socket.connect(port, '127.0.0.1', () => socket.send(encodeQuery(query)));
  });
}

/** A port that is free for UDP and TCP now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where a program is installed; undefined when it is not. */
export function findProgram(name: string): string | undefined {
  const { PATH = '' } = process.env;
  const folders = [...PATH.split(':'), '/usr/sbin', '/usr/bin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** The cores that this process may use. */
export function usableCores(): number[] {
  const list = /^Cpus_allowed_list:\s+(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '0';
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** `node` as it runs now: what a child of ours is started with. */
export const nodeProgram = process.execPath;

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'latin1' }));
