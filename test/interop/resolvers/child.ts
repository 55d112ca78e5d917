import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A program under test, run in the foreground; its output is kept. */
export class Child {
  /** All that it wrote, both streams. */
  log = '';
  private readonly child: ChildProcess;
  private readonly closed: Promise<void>;

  constructor(command: readonly string[], directory: string) {
    this.child = spawn(command[0]!, command.slice(1), { cwd: directory, stdio: ['pipe', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream!.setEncoding('utf8').on('data', (text: string) => {
        this.log += text;
      });
    }
    this.child.on('error', (error) => {
      this.log += `${error}\n`;
    });
    this.closed = new Promise((resolve) => this.child.once('close', () => resolve()));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when `holds` does; rejects with the log when the program ends first or `limitMs` pass. */
  async until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 20_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await holds())) {
      const ended = this.child.exitCode !== null || this.child.signalCode !== null || this.pid === 0;
      if (ended || performance.now() > end)
        throw new Error(`${ended ? 'ended' : 'waited'} before ${what}:\n${this.log}`);
      await sleep(20);
    }
  }

  /** Asks it to end, and ends it after 5 s. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const forced = setTimeout(() => this.child.kill('SIGKILL'), 5_000);
    await this.closed;
    clearTimeout(forced);
  }
}

/** Where a program is. @throws Error that names the Debian package which has it. */
export function program(name: string, debianPackage: string): string {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/bin', '/sbin'];
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not installed: apt-get install ${debianPackage}`);
  return found;
}
