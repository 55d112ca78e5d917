import { probeHttp } from './http.ts';
import type { Probes } from './probe.ts';
import { probeTcp } from './tcp.ts';
import { probeTls } from './tls.ts';

/** The probes over real sockets. */
export const networkProbes: Probes = { http: probeHttp, https: probeHttp, tcp: probeTcp, tls: probeTls };
