import type { Config, Endpoint, Monitor, Pool, SelfReference } from '../config/model.ts';

/** What of the config health reads. */
export type CheckedConfig = Pick<Config, 'pools' | 'regions' | 'selfCheck'>;

/**
 * All that is checked, as pools: those of the config by its indexes, then one for each region that is checked as a whole
 * (`@REGION`), then one for each thing by which the node checks itself. No pool of a config can have such a name.
 */
export function checkedPools({ pools, regions, selfCheck }: CheckedConfig): Pool[] {
  const wholes = regions.flatMap(({ name, check }, region) => {
    if (check === undefined) return [];
    return [poolOf(wholePool(name), { name, region, probe: check.probe }, check.monitor)];
  });
  const references = (selfCheck?.references ?? []).map(({ name, type, address, port }) =>
    poolOf(referencePoolName, { name, region: -1, probe: { address, port } }, referenceMonitor(type)),
  );
  return [...pools, ...wholes, ...references];
}

/** The name of the pool that stands for a region. */
export function wholePool(region: string): string {
  return `@${region}`;
}

/** The region that a pool of this name stands for. */
export function wholeRegion(poolName: string): string | undefined {
  return poolName.startsWith('@') && poolName !== referencePoolName ? poolName.slice(1) : undefined;
}

export const referencePoolName = '@self-check';

/** Indexes of the pools that stand for regions, by the name of the region. */
export function wholesOf(pools: readonly Pool[]): Map<string, number> {
  const wholes = [...pools.entries()].filter(([, { name }]) => wholeRegion(name) !== undefined);
  return new Map(wholes.map(([index, { endpoints }]) => [endpoints[0]!.name, index]));
}

function poolOf(
  name: string,
  { probe, ...place }: Pick<Endpoint, 'name' | 'region' | 'probe'>,
  monitor: Monitor,
): Pool {
  const endpoint = { ...place, probe, address: probe.address, host: undefined, weight: 1 };
  const plain = { minUp: undefined, floor: undefined, rampMs: undefined, capacities: [] };
  return { ...plain, name, monitor, endpoints: [endpoint] };
}

/** Often, and trusted at once when it answers again: it is there to tell how the node is now. */
function referenceMonitor(type: SelfReference['type']): Monitor {
  return {
    ...{ name: referencePoolName, intervalMs: 5_000, timeoutMs: 2_000, fall: 3, rise: 1 },
    ...{ source: undefined, latency: undefined },
    check:
      type === 'icmp' ? { type, port: 0 } : { type, port: undefined, send: undefined, expect: undefined },
  };
}
