import { dirname } from 'node:path';
import type { Resolver, ResolverSetup } from './resolver.ts';
import { hints } from './unbound.ts';

/** PowerDNS Recursor with client subnets, as its clients send them. */
export const recursor: Resolver = {
  name: 'PowerDNS Recursor',
  program: 'pdns_recursor',
  debianPackage: 'pdns-recursor',
  check: (file) => ['pdns_recursor', `--config-dir=${dirname(file)}`, '--config=check'],
  run: (file) => [`--config-dir=${dirname(file)}`],
  file: 'recursor.conf',
  config,
  complaints: /lame|formerr|not implemented|broken|spoof|mismatch|unexpected|illegal/i,
};

function config({ directory, host, port, upstream }: ResolverSetup): string {
  return `socket-dir=${directory}
daemon=no
write-pid=no
local-address=${host}
local-port=${port}
threads=1
${
  upstream.kind === 'zone'
    ? `hint-file=no\nforward-zones=${upstream.zone}=${upstream.host}:${upstream.port}`
    : `hint-file=${hints(directory, upstream)}`
}
dont-query=
allow-from=127.0.0.0/8
dnssec=off
qname-minimization=yes
edns-outgoing-bufsize=1232
edns-subnet-allow-list=127.0.0.0/8
use-incoming-edns-subnet=yes
ecs-ipv4-bits=24
ecs-ipv4-cache-bits=24
ecs-ipv6-bits=56
ecs-ipv6-cache-bits=56
max-packetcache-entries=0
security-poll-suffix=
disable-syslog=yes
loglevel=6
`;
}
