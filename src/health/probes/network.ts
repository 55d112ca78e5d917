import type { Reports } from '../reports.ts';
import { probeCombined } from './combined.ts';
import { probeDns } from './dns.ts';
import { probeExec } from './exec.ts';
import { probeGrpc } from './grpc.ts';
import { probeHttp } from './http.ts';
import { probeIcmp } from './icmp.ts';
import type { Probes } from './probe.ts';
import { probePush } from './push.ts';
import { probeTcp } from './tcp.ts';
import { probeTls } from './tls.ts';
import { probeValue } from './value.ts';

/** The probes over real sockets and processes, and those that look at `reports`. */
export function createProbes(reports: Reports): Probes {
  const combined = probeCombined(() => probes);
  const probes: Probes = {
    http: probeHttp,
    https: probeHttp,
    tcp: probeTcp,
    tls: probeTls,
    dns: probeDns,
    grpc: probeGrpc,
    icmp: probeIcmp(),
    exec: probeExec(),
    prometheus: probeValue,
    push: probePush(reports),
    'all-of': combined,
    'any-of': combined,
    'n-of': combined,
  };
  return probes;
}
