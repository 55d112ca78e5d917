import type { Resolver, ResolverSetup } from './resolver.ts';
import { hints } from './unbound.ts';

/** BIND 9: it sends no client subnets; forwards, or iterates with strict QNAME minimisation. */
export const bind: Resolver = {
  name: 'BIND',
  program: 'named',
  debianPackage: 'bind9',
  check: (file) => ['named-checkconf', file],
  run: (file) => ['-g', '-c', file],
  file: 'named.conf',
  config,
  complaints:
    /lame|FORMERR|format error|unexpected RCODE|disabling EDNS|minimization|broken|invalid response/i,
};

function config({ directory, host, port, upstream }: ResolverSetup): string {
  return `options {
  directory "${directory}";
  pid-file none;
  session-keyfile none;
  port ${port};
  listen-on { ${host}; };
  listen-on-v6 { none; };
  recursion yes;
  allow-recursion { 127.0.0.0/8; };
  dnssec-validation no;
  empty-zones-enable no;
  qname-minimization strict;
  edns-udp-size 1232;
  max-cache-size 16M;
${upstream.kind === 'zone' ? `  forward only;\n  forwarders { ${upstream.host} port ${upstream.port}; };\n` : ''}};
controls { };
${upstream.kind === 'zone' ? `server ${upstream.host} { tcp-only ${upstream.transport === 'tcp' ? 'yes' : 'no'}; };\n` : ''}${
  upstream.kind === 'root' ? `zone "." { type hint; file "${hints(directory, upstream)}"; };\n` : ''
}`;
}
