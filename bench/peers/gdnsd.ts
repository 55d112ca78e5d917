import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { regions } from '../regions.ts';
import { findProgram } from '../server-process.ts';
import { apex } from '../workload.ts';
import { type Peer, type PeerSetup, steeredTtl } from './peer.ts';

/** gdnsd 3.8, plugin_geoip: places clients by coordinates, like Meridian. */
export const gdnsd: Peer = {
  name: 'gdnsd',
  answers: true,
  missing: () => (findProgram('gdnsd') ? undefined : 'not installed: gdnsd'),
  prepare(setup) {
    for (const folder of ['zones', 'geoip', 'run', 'state']) mkdirSync(join(setup.directory, folder));
    writeFileSync(join(setup.directory, 'config'), config(setup));
    writeFileSync(join(setup.directory, 'zones', apex), zone(setup));
    return { program: findProgram('gdnsd')!, args: ['-c', setup.directory, 'start'] };
  },
};

function config({ directory, port, databaseFile }: PeerSetup): string {
  const names = regions.map((region) => region.name).join(', ');
  const places = regions.map((region) => `${region.name} => [ ${region.latitude}, ${region.longitude} ]`);
  const addresses = regions.map((region) => `${region.name} => ${region.address}`);
  return `options => {
  listen => 127.0.0.1:${port}
  udp_threads => 1
  tcp_threads => 1
  run_dir => ${directory}/run
  state_dir => ${directory}/state
}
plugins => { geoip => {
  maps => { bench => {
    geoip2_db => ${databaseFile}
    datacenters => [ ${names} ]
    auto_dc_coords => { ${places.join(', ')} }
  } }
  resources => { bench => {
    map => bench
    service_types => up
    dcmap => { ${addresses.join(', ')} }
  } }
} }
`;
}

function zone({ labels }: PeerSetup): string {
  const steered = labels.map((label) => `${label} ${steeredTtl} DYNA geoip!bench`);
  return [
    '@ 3600 SOA ns1 hostmaster 1 7200 1800 259200 900',
    '@ 3600 NS ns1',
    'ns1 3600 A 127.0.0.1',
    ...steered,
    '',
  ].join('\n');
}
