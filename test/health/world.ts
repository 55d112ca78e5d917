import type { HttpCheck, TcpCheck } from '../../src/config/check-model.ts';
import type { Endpoint, Monitor, Pool } from '../../src/config/model.ts';
import type { CertificateWarning } from '../../src/health/certificate-warnings.ts';
import type { CheckedConfig } from '../../src/health/checked-pools.ts';
import { createHealthChecker, type HealthChecker, type ProbeReport } from '../../src/health/checker.ts';
import type { OwnFault } from '../../src/health/own-faults.ts';
import { Reports } from '../../src/health/reports.ts';
import type { SelfState } from '../../src/health/self-state.ts';
import type { HealthChange } from '../../src/health/table.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { Random } from '../../src/runtime/random.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';
import { FakeNetwork } from '../scenarios/health-network.ts';

export const check: HttpCheck = {
  type: 'http',
  port: 8080,
  version: 'auto',
  method: 'GET',
  path: '/healthz',
  host: 'web.example',
  headers: {},
  status: [[200, 299]],
  body: undefined,
  json: undefined,
  tls: undefined,
};

export const tcpCheck: TcpCheck = { type: 'tcp', port: 25, send: undefined, expect: undefined };

/** The defaults. */
export const monitor: Monitor = {
  name: 'web',
  intervalMs: 10_000,
  timeoutMs: 2_000,
  fall: 3,
  rise: 2,
  source: undefined,
  latency: undefined,
  check,
};

export function endpoint(name: string, address: string): Endpoint {
  const parsed = parseAddress(address)!;
  return {
    ...{ name, region: 0, address: parsed, host: undefined, weight: 1 },
    probe: { address: parsed, port: undefined },
  };
}

/** Without what stands above health. */
export const plainPool = { minUp: undefined, floor: undefined, rampMs: undefined, capacities: [] } as const;

export function pool(name: string, addresses: readonly string[], by: Monitor | 'none' = monitor): Pool {
  const endpoints = addresses.map((address, i) => endpoint(`e${i}`, address));
  return { ...plainPool, name, monitor: by === 'none' ? undefined : by, endpoints };
}

export function config(...pools: Pool[]): CheckedConfig {
  return {
    selfCheck: undefined,
    regions: [{ name: 'us-east', title: '', latitude: 0, longitude: 0, check: undefined }],
    pools,
  };
}

/** `count` addresses, all different. */
export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
}

/** A checker in a world of its own: fake clock, fake network, everything from one seed. */
export class World {
  readonly clock = new FakeClock();
  readonly network: FakeNetwork;
  readonly changes: HealthChange[] = [];
  readonly reports: ProbeReport[] = [];
  readonly selves: SelfState[] = [];
  readonly warnings: CertificateWarning[] = [];
  readonly ownFaults: OwnFault[] = [];
  readonly checker: HealthChecker;

  constructor(seed = 1) {
    const random = new Random(seed * 2_654_435_761);
    this.network = new FakeNetwork(this.clock, random);
    this.checker = createHealthChecker({
      clock: this.clock,
      random,
      probes: this.network.probes,
      reports: new Reports(this.clock),
      onChange: (change) => this.changes.push(change),
      onProbe: (report) => this.reports.push(report),
      onDoubt: () => {},
      onSelf: (state) => this.selves.push(state),
      onCertificate: (warning) => this.warnings.push(warning),
      onOwnFault: (fault) => this.ownFaults.push(fault),
    });
  }

  /** States of one pool's endpoints. */
  states(poolIndex: number, count: number): string[] {
    return Array.from({ length: count }, (_, i) => this.checker.stateOf(poolIndex, i).state);
  }
}
