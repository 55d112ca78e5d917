import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Resolver, ResolverSetup, Upstream } from './resolver.ts';

/** Unbound with client subnets, names in random case (0x20) and strict QNAME minimisation. */
export const unbound: Resolver = {
  name: 'Unbound',
  program: 'unbound',
  debianPackage: 'unbound',
  check: (file) => ['unbound-checkconf', file],
  run: (file) => ['-d', '-c', file],
  file: 'unbound.conf',
  config,
  // No complaints: it takes only the first alias of any answer and asks for the rest itself (`extraneous`), and of an
  // alias into another zone of the same server it does not keep that zone's SOA.
  complaints:
    /lame|throwaway|scrub|poison RRset(?!.* SOA )|overreaching|wrong|malformed|parse error|caps|0x20/i,
};

function config(setup: ResolverSetup): string {
  const { directory, host, port, upstream } = setup;
  return `server:
  interface: ${host}@${port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "${directory}"
  pidfile: ""
  use-syslog: no
  logfile: ""
  verbosity: 3
  num-threads: 1
  module-config: "subnetcache iterator"
  send-client-subnet: 127.0.0.0/8
  client-subnet-always-forward: yes
  do-not-query-localhost: no
  use-caps-for-id: yes
  qname-minimisation: yes
  qname-minimisation-strict: yes
  edns-buffer-size: 1232
  tcp-upstream: ${upstream.kind === 'zone' && upstream.transport === 'tcp' ? 'yes' : 'no'}
  tls-cert-bundle: "${resolve('test/fixtures/tls/authority.pem')}"
${upstream.kind === 'root' ? `  root-hints: "${hints(directory, upstream)}"\n` : ''}remote-control:
  control-enable: no
${upstream.kind === 'zone' ? stubZone(upstream) : ''}`;
}

function stubZone({ zone, host, port, transport }: Upstream & { kind: 'zone' }): string {
  const tls = transport === 'tls';
  return `stub-zone:
  name: "${zone}"
  stub-tls-upstream: ${tls ? 'yes' : 'no'}
  stub-addr: ${host}@${port}${tls ? '#web.example' : ''}
`;
}

/** Writes a file of root hints, in the form that all resolvers read. */
export function hints(directory: string, root: { readonly name: string; readonly host: string }): string {
  const file = join(directory, 'root.hints');
  writeFileSync(file, `. 3600000 IN NS ${root.name}.\n${root.name}. 3600000 IN A ${root.host}\n`);
  return file;
}
