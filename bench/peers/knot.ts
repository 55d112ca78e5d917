import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { regions } from '../regions.ts';
import { findProgram } from '../server-process.ts';
import { apex } from '../workload.ts';
import { type Peer, type PeerSetup, steeredTtl } from './peer.ts';

/** Knot DNS, mod-geoip: places clients by country, and by state in the US and Canada. */
export const knot: Peer = {
  name: 'Knot DNS',
  answers: true,
  missing: () => (findProgram('knotd') ? undefined : 'not installed: knot knot-module-geoip'),
  prepare(setup) {
    for (const folder of ['run', 'db']) mkdirSync(join(setup.directory, folder));
    writeFileSync(join(setup.directory, 'knot.conf'), config(setup));
    writeFileSync(join(setup.directory, 'geoip.conf'), geoip(setup));
    writeFileSync(join(setup.directory, 'zone'), zone(setup));
    return { program: findProgram('knotd')!, args: ['-c', join(setup.directory, 'knot.conf')] };
  },
};

function config({ directory, port, databaseFile }: PeerSetup): string {
  return `server:
    rundir: "${directory}/run"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
    edns-client-subnet: on
log:
  - target: stderr
    any: warning
database:
    storage: "${directory}/db"
mod-geoip:
  - id: bench
    config-file: "${directory}/geoip.conf"
    ttl: ${steeredTtl}
    mode: geodb
    geodb-file: "${databaseFile}"
    geodb-key: [ country/iso_code, subdivisions/0/names/en ]
zone:
  - domain: ${apex}
    file: "${directory}/zone"
    journal-content: none
    zonefile-sync: -1
    module: mod-geoip/bench
`;
}

function geoip({ labels, database }: PeerSetup): string {
  const views = database.areas.map(
    (area) => `  - geo: "${area.country};${area.state ?? '*'}"\n    A: ${regions[area.region]!.address}\n`,
  );
  const text = views.join('');
  return labels.map((label) => `${label}.${apex}:\n${text}`).join('');
}

function zone({ labels }: PeerSetup): string {
  const fallback = labels.map((label) => `${label} ${steeredTtl} A ${regions[0]!.address}`);
  return [
    `$ORIGIN ${apex}.`,
    '@ 3600 SOA ns1 hostmaster 1 7200 1800 259200 900',
    '@ 3600 NS ns1',
    'ns1 3600 A 127.0.0.1',
    ...fallback,
    '',
  ].join('\n');
}
