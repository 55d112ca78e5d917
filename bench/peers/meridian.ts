import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { regions } from '../regions.ts';
import { nodeProgram, type ServerCommand } from '../server-process.ts';
import { apex } from '../workload.ts';
import { type Peer, steeredTtl } from './peer.ts';

/** Meridian itself, with one UDP worker. */
export const meridian: Peer = {
  name: 'Meridian',
  answers: true,
  missing: () => (existsSync(meridianEntry) ? undefined : 'not built: npm run build'),
  prepare({ directory, port, labels, databaseFile }) {
    return prepareMeridian({ directory, port, labels, databases: [databaseFile], workers: 1 });
  },
};

export interface MeridianSetup {
  readonly directory: string;
  readonly port: number;
  /** Undefined: no HTTP side. */
  readonly httpPort?: number | undefined;
  /** Steered names of the zone. */
  readonly labels: readonly string[];
  readonly databases: readonly string[];
  readonly workers: number;
  /** Further lines of `listen`. */
  readonly listen?: string;
  /** Of another build; default: this one's. */
  readonly entry?: string;
}

/** Writes config and zone file and returns the command. */
export function prepareMeridian(setup: MeridianSetup): ServerCommand {
  writeMeridianZone(setup.directory, 1);
  writeFileSync(join(setup.directory, 'meridian.yaml'), config(setup));
  return serveCommand(setup.directory, setup.entry);
}

/** Runs the config in `directory`. */
export function serveCommand(directory: string, entry = meridianEntry): ServerCommand {
  return { program: nodeProgram, args: [entry, 'serve', '-c', join(directory, 'meridian.yaml')] };
}

/** The static part of the zone; a new serial makes a reload a real one. `serial.` holds it as an address. */
export function writeMeridianZone(directory: string, serial: number): void {
  const lines = [
    `@ 3600 SOA ns1.${apex}. hostmaster.${apex}. ${serial} 7200 1800 259200 900`,
    `@ 3600 NS ns1.${apex}.`,
    'ns1 3600 A 127.0.0.1',
    `serial 5 A 127.1.${serial >> 8}.${serial & 255}`,
    '',
  ];
  writeFileSync(join(directory, 'zone'), lines.join('\n'));
}

/** This build's program. */
export const meridianEntry = resolve(import.meta.dirname, '../../../dist/main.js');

function config({ port, httpPort, labels, databases, workers, listen }: MeridianSetup): string {
  const places = regions.map(
    (region) =>
      `  ${region.name}: { location: [ ${region.latitude}, ${region.longitude} ], title: ${region.title} }`,
  );
  const endpoints = regions.map(
    (region) => `      - { name: ${region.name}, region: ${region.name}, address: ${region.address} }`,
  );
  const http = httpPort === undefined ? '  http: off\n' : `  http: "127.0.0.1:${httpPort}"\n`;
  return `node: { name: bench }
listen:
  dns: [ "127.0.0.1:${port}" ]
${http}  workers: ${workers}
${listen === undefined ? '' : `  ${listen}\n`}state: { directory: state }
geo: { databases: [ ${databases.map((path) => JSON.stringify(path)).join(', ')} ] }
regions:
${places.join('\n')}
pools:
  app:
    endpoints:
${endpoints.join('\n')}
policies:
  app: { type: nearest, pool: app, ttl: ${steeredTtl}s }
zones:
  - name: ${apex}
    file: zone
    steer:
${labels.map((label) => `      ${label}: app`).join('\n')}
`;
}
