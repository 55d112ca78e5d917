import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { until } from '../control/until.ts';

export const root = resolve(import.meta.dirname, '../..');

export interface Ended {
  /** Undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** `node dist/main.js …` in a process of its own. */
export class Command {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(args: readonly string[], { home = root, cwd = root }: { home?: string; cwd?: string } = {}) {
    const { STATE_DIRECTORY: _, ...env } = process.env;
    this.child = spawn(process.execPath, [join(home, 'dist/main.js'), ...args], { cwd, env });
    this.child.stdout.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.ended = new Promise((ended) => {
      this.child.once('close', (code) =>
        ended({ code: code ?? undefined, stdout: this.stdout, stderr: this.stderr }),
      );
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Waits until standard error (the log) or standard output holds a text. */
  async says(text: string, limitMs = 20_000): Promise<void> {
    await until(() => {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.stderr}`);
      return this.stderr.includes(text) || this.stdout.includes(text);
    }, limitMs);
  }

  /** For the end of a test that failed: by now it should have ended by itself. */
  kill(): void {
    this.child.kill('SIGKILL');
  }
}

export function run(args: readonly string[], places: { home?: string; cwd?: string } = {}): Promise<Ended> {
  return new Command(args, places).ended;
}
