import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { Child } from './child.ts';

/** Where programs run that are to reach each other. */
export interface Network {
  /** The command as it runs there. */
  inside(command: readonly string[]): readonly string[];
}

/** Loopback of this machine: ports come from the kernel. */
export const loopback: Network = { inside: (command) => command };

/** A network of its own with nothing but loopback: every port is free, also 53, and nothing gets out. */
export class Namespace implements Network {
  private readonly holder: Child;

  private constructor(holder: Child) {
    this.holder = holder;
  }

  /** Whether this machine lets us make one. */
  static get possible(): boolean {
    try {
      execFileSync('unshare', [...unshare, 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  static async open(): Promise<Namespace> {
    // It lives as long as `cat` reads: a test that dies takes it along.
    const holder = new Child(
      ['unshare', ...unshare, 'sh', '-c', 'ip link set lo up; echo up; exec cat'],
      '/',
    );
    await holder.until('the namespace is there', () => holder.log.includes('up'));
    return new Namespace(holder);
  }

  inside(command: readonly string[]): readonly string[] {
    const target = ['--target', String(this.holder.pid), '--user', '--net', '--preserve-credentials'];
    return ['nsenter', ...target, '--', ...command];
  }

  close(): Promise<void> {
    return this.holder.stop();
  }
}

/** A user namespace too, so that it needs no privilege. */
const unshare = ['--user', '--map-root-user', '--net', '--'];

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
