import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { FleetReport } from './fleet-responder.ts';
import { nodeProgram } from './server-process.ts';

/** Thousands of endpoints in one process of their own, so that answering is not charged to whom it measures. */
export class Fleet {
  readonly port: number;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly lines: Interface;

  private constructor(child: Fleet['child'], lines: Interface, port: number) {
    this.child = child;
    this.lines = lines;
    this.port = port;
  }

  static async listen(kind: 'http' | 'tcp', intervalMs: number): Promise<Fleet> {
    const script = resolve(import.meta.dirname, 'fleet-responder.js');
    const child = spawn(nodeProgram, [script, kind, String(intervalMs)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout);
    return new Fleet(child, lines, Number(await nextLine(lines)));
  }

  /** What happened since the last report. */
  async report(): Promise<FleetReport> {
    const line = nextLine(this.lines);
    this.child.stdin.write('report\n');
    return JSON.parse(await line) as FleetReport;
  }

  async leave(): Promise<void> {
    const closed = new Promise((done) => this.child.once('close', done));
    this.child.stdin.end();
    await closed;
  }
}

function nextLine(lines: Interface): Promise<string> {
  return new Promise((done, fail) => {
    lines.once('line', done);
    lines.once('close', () => fail(new Error('the fleet has ended')));
  });
}
