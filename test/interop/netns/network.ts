import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Namespaces that this process has made carry its number: nobody else's are touched. */
const prefix = `meridian-${process.pid}`;

/** Why network namespaces cannot be had here; undefined when they can. */
export function namespacesRefused(): string | undefined {
  const name = `${prefix}-try`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8', timeout: 10_000 });
  if (made.error !== undefined) return `ip cannot be run: ${made.error.message}`;
  if (made.status !== 0) return made.stderr.trim();
  spawnSync('ip', ['netns', 'delete', name], { timeout: 10_000 });
  return undefined;
}

/**
 * A node, a router and regions, each in a namespace of its own: `node` – `router` – `r1`, `r2`, … The node is 10.77.0.2,
 * region N is 10.77.N.2.
 */
export class Network {
  private readonly made: string[] = [];
  private readonly children: ChildProcess[] = [];

  constructor(regions: number) {
    try {
      this.add('router');
      ip('netns', 'exec', name('router'), 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
      this.join('node', 0);
      for (let region = 1; region <= regions; region++) this.join(`r${region}`, region);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Starts a program in a namespace; it ends with the network. */
  start(where: string, program: string, args: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', name(where), program, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.children.push(child);
    return child;
  }

  /** Runs a program in a namespace to its end; what it printed. */
  run(where: string, program: string, ...args: string[]): string {
    return ip('netns', 'exec', name(where), program, ...args);
  }

  /** Takes the link of a namespace away at the side of the router, or gives it back. */
  link(where: string, state: 'up' | 'down'): void {
    ip('-n', name('router'), 'link', 'set', where, state);
  }

  async close(): Promise<void> {
    await Promise.all(this.children.map(endOf));
    this.remove();
  }

  private remove(): void {
    for (const each of this.made.splice(0)) spawnSync('ip', ['netns', 'delete', each], { timeout: 10_000 });
  }

  private add(where: string): void {
    ip('netns', 'add', name(where));
    this.made.push(name(where));
    ip('-n', name(where), 'link', 'set', 'lo', 'up');
  }

  private join(where: string, subnet: number): void {
    this.add(where);
    ip(
      ...['link', 'add', 'name', 'uplink', 'netns', name(where), 'type', 'veth'],
      ...['peer', 'name', where, 'netns', name('router')],
    );
    ip('-n', name('router'), 'address', 'add', `10.77.${subnet}.1/24`, 'dev', where);
    ip('-n', name('router'), 'link', 'set', where, 'up');
    ip('-n', name(where), 'address', 'add', `10.77.${subnet}.2/24`, 'dev', 'uplink');
    ip('-n', name(where), 'link', 'set', 'uplink', 'up');
    ip('-n', name(where), 'route', 'add', 'default', 'via', `10.77.${subnet}.1`);
  }
}

function name(where: string): string {
  return `${prefix}-${where}`;
}

function ip(...args: string[]): string {
  const { error, status, stdout, stderr } = spawnSync('ip', args, { encoding: 'utf8', timeout: 10_000 });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(patience);
}
