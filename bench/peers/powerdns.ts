import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { regions } from '../regions.ts';
import { findProgram } from '../server-process.ts';
import { apex } from '../workload.ts';
import { type Peer, type PeerSetup, steeredTtl } from './peer.ts';

/** PowerDNS, geoip backend: places clients by country (`%cc`). */
export const powerdns: Peer = {
  name: 'PowerDNS',
  answers: true,
  missing() {
    const installed = findProgram('pdns_server') !== undefined && findBackend();
    return installed ? undefined : 'not installed: pdns-server pdns-backend-geoip';
  },
  prepare(setup) {
    mkdirSync(join(setup.directory, 'run'));
    writeFileSync(join(setup.directory, 'pdns.conf'), config(setup));
    writeFileSync(join(setup.directory, 'zones.yaml'), zones(setup));
    return {
      program: findProgram('pdns_server')!,
      args: [`--config-dir=${setup.directory}`, '--daemon=no', '--guardian=no'],
    };
  },
};

function config({ directory, port, databaseFile }: PeerSetup): string {
  return `launch=geoip
geoip-zones-file=${directory}/zones.yaml
geoip-database-files=mmdb:${databaseFile}
edns-subnet-processing=yes
local-address=127.0.0.1
local-port=${port}
socket-dir=${directory}/run
receiver-threads=1
distributor-threads=1
loglevel=3
`;
}

function zones({ labels, database }: PeerSetup): string {
  const countries = database.areas.filter((area) => area.state === undefined);
  const places = countries.map(
    (area) =>
      `      ${area.country.toLowerCase()}.map.${apex}:\n        - a: ${regions[area.region]!.address}\n`,
  );
  const services = labels.map((label) => `      ${label}.${apex}: [ '%cc.map.${apex}', 'us.map.${apex}' ]\n`);
  return `domains:
  - domain: ${apex}
    ttl: ${steeredTtl}
    records:
      ${apex}:
        - soa: ns1.${apex} hostmaster.${apex} 1 7200 1800 259200 900
        - ns: ns1.${apex}
      ns1.${apex}:
        - a: 127.0.0.1
${places.join('')}    services:
${services.join('')}`;
}

function findBackend(): boolean {
  return readdirSync('/usr/lib').some(
    (folder) =>
      existsSync(`/usr/lib/${folder}/pdns/libgeoipbackend.so`) ||
      (folder === 'pdns' && existsSync('/usr/lib/pdns/libgeoipbackend.so')),
  );
}
