import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { apex } from '../workload.ts';

/** The counts that turn a state, as in the config below. */
export const monitor = { fall: 3, rise: 2 } as const;

/** One pool: a primary that a test may kill and a secondary that stays. */
export interface FailoverPool {
  readonly owner: string;
  readonly primary: string;
  readonly secondary: string;
}

export interface FailoverSetup {
  readonly directory: string;
  readonly port: number;
  readonly httpPort: number;
  readonly intervalSeconds: number;
  /** Undefined: the default. */
  readonly timeoutMs: number | undefined;
  /** Where all secondaries are probed, `address:port`. */
  readonly steady: string;
  /** Where each pool's primary is probed. */
  readonly probes: readonly string[];
}

/**
 * Writes a config with one pool for each place that is probed. No database places the loopback client, so that the order of
 * the regions decides and the primary is first.
 */
export function writeFailoverConfig(setup: FailoverSetup): FailoverPool[] {
  const pools = setup.probes.map((_, i) => ({
    owner: `f${i}.${apex}`,
    primary: `198.51.100.${i + 1}`,
    secondary: `203.0.113.${i + 1}`,
  }));
  const poolText = pools.map(
    ({ primary, secondary }, i) => `  f${i}:
    monitor: web
    endpoints:
      - { name: primary, region: first, address: ${primary}, probe: "${setup.probes[i]}" }
      - { name: secondary, region: second, address: ${secondary}, probe: "${setup.steady}" }
`,
  );
  const policies = pools.map((_, i) => `  f${i}: { type: nearest, pool: f${i}, ttl: 20s }\n`);
  const timeout = setup.timeoutMs === undefined ? '' : `, timeout: ${setup.timeoutMs}ms`;
  const text = `node: { name: bench }
listen:
  dns: [ "127.0.0.1:${setup.port}" ]
  http: "127.0.0.1:${setup.httpPort}"
  workers: 2
state: { directory: state }
regions:
  first: { location: [ 39.04, -77.49 ] }
  second: { location: [ 53.35, -6.26 ] }
monitors:
  web: { type: http, path: /, interval: ${setup.intervalSeconds}s${timeout}, fall: ${monitor.fall}, rise: ${monitor.rise} }
pools:
${poolText.join('')}policies:
${policies.join('')}zones:
  - name: ${apex}
    records:
      - "@ 3600 SOA ns1.${apex}. hostmaster.${apex}. 1 7200 1800 259200 900"
      - "@ 3600 NS ns1.${apex}."
      - "ns1 3600 A 127.0.0.1"
    steer: { ${pools.map((_, i) => `f${i}: f${i}`).join(', ')} }
`;
  writeFileSync(join(setup.directory, 'meridian.yaml'), text);
  return pools;
}
