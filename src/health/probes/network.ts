import { probeDns } from './dns.ts';
import { probeGrpc } from './grpc.ts';
import { probeHttp } from './http.ts';
import { probeIcmp } from './icmp.ts';
import type { Probes } from './probe.ts';
import { probeTcp } from './tcp.ts';

/** The probes over real sockets. */
export const networkProbes: Probes = {
  http: probeHttp,
  https: probeHttp,
  tcp: probeTcp,
  dns: probeDns,
  grpc: probeGrpc,
  icmp: probeIcmp(),
};
