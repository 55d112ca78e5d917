import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Child } from './child.ts';
import { loopback, type Network } from './network.ts';
import { regions, writePlaces } from './places.ts';

/** A directory of its own below the system's, for everything one test writes. */
export class Directory {
  readonly path = mkdtempSync(join(tmpdir(), 'meridian-interop-'));

  write(name: string, text: string): string {
    writeFileSync(join(this.path, name), text);
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The built program, serving what the config text says. Resolves when it serves. */
export async function startMeridian(
  directory: Directory,
  name: string,
  config: string,
  network: Network = loopback,
): Promise<Child> {
  const file = directory.write(`${name}.yaml`, `state: { directory: state-${name} }\n${config}`);
  const main = resolve('dist/main.js');
  const child = new Child(network.inside([process.execPath, main, 'serve', '-c', file]), directory.path);
  await child.until('it serves', () => child.log.includes('"serving"'));
  return child;
}

/**
 * Regions and geo data of `places.ts`, and the pool and policy `app`: nearest, one address in each region. `more` is
 * lines for the mappings below `monitors`, `pools` and `policies`.
 */
export function steering(
  directory: Directory,
  more: { monitors?: string; pools?: string; policies?: string } = {},
): string {
  writePlaces(directory.path);
  const names = Object.entries(regions);
  return `geo: { databases: [v4.mmdb, v6.mmdb] }
${more.monitors === undefined ? '' : `monitors:\n${more.monitors}`}
regions:
${names.map(([name, { location }]) => `  ${name}: { location: [${location.join(', ')}] }`).join('\n')}
pools:
  app:
    endpoints:
${names.map(([name, { address }]) => `      - { name: ${name}, region: ${name}, address: ${address} }`).join('\n')}
${more.pools ?? ''}
policies:
  app: { type: nearest, pool: app, ttl: 60s }
${more.policies ?? ''}
`;
}
