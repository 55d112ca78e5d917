import { endpointText } from '../config/endpoint-text.ts';
import type { Endpoint, Monitor, Pool } from '../config/model.ts';
import { type IpAddress, sameAddress } from '../ip/address.ts';
import { Check } from './check.ts';
import { type CheckedConfig, checkedPools, referencePoolName, wholesOf } from './checked-pools.ts';
import { noLatencies } from './latency.ts';
import type { ProbeTarget } from './probes/probe.ts';
import type { SelfRole } from './self-sense.ts';
import { initialStanding } from './state-machine.ts';
import { type EndpointHealth, fresh, type HealthChange, HealthTable } from './table.ts';
import { checkKey, identityOf, targetOf } from './target.ts';

/** An endpoint that a check stands for, by the indexes and names of `Inventory.pools`. */
interface Place {
  readonly pool: number;
  readonly endpoint: number;
  readonly poolName: string;
  readonly endpointName: string;
  readonly region: string;
  readonly identity: string;
}

/** All that is checked under one config, and what is known of it. */
export interface Inventory {
  /** `checkedPools`: what is checked beside the endpoints stands behind the pools of the config. */
  readonly pools: readonly Pool[];
  readonly table: HealthTable;
  /** Indexes of the pools that stand for regions checked as a whole, by the name of the region. */
  readonly wholes: ReadonlyMap<string, number>;
  /** By `checkKey`. */
  readonly checks: ReadonlyMap<string, Check>;
  readonly places: ReadonlyMap<Check, readonly Place[]>;
}

/** What is known of an endpoint from before: the run before, or the config before. */
export type Known = (
  pool: Pool,
  endpoint: Endpoint,
  monitor: Monitor | undefined,
) => EndpointHealth | undefined;

export function emptyInventory(): Inventory {
  const table = new HealthTable([], 0, () => {});
  return { pools: [], wholes: new Map(), table, checks: new Map(), places: new Map() };
}

/**
 * The inventory of a new config. A check that the old one has too goes on as it is. A new one begins with the
 * last known state of the endpoint and no doubt, or as unknown.
 */
export function takeInventory(
  config: CheckedConfig,
  old: Inventory,
  known: Known,
  nowMs: number,
  onChange: (change: HealthChange) => void,
  onDoubt: () => void,
): Inventory {
  const pools = checkedPools(config);
  const table = new HealthTable(pools, nowMs, onChange, onDoubt);
  const checks = new Map<string, Check>();
  const places = new Map<Check, Place[]>();
  for (const [p, pool] of pools.entries()) {
    for (const [e, endpoint] of pool.endpoints.entries()) {
      const before = known(pool, endpoint, pool.monitor);
      if (pool.monitor === undefined) {
        if (before?.state === 'up') table.restore(p, e, fresh('up', before.sinceMs));
        continue;
      }
      const region = config.regions[endpoint.region]?.name ?? '';
      const target = targetOf(endpoint, pool.monitor, { pool: pool.name, endpoint: endpoint.name, region });
      const key = checkKey(target, pool.monitor);
      const check = checks.get(key) ?? old.checks.get(key) ?? newCheck(target, pool.monitor, before);
      checks.set(key, check);
      const { state } = check;
      const health = before?.state === state ? before : fresh(state, nowMs);
      // Another check may see no certificate, or another one.
      const certificate = old.checks.has(key) ? before?.certificate : undefined;
      table.restore(p, e, { ...health, certificate });
      const identity = identityOf(endpoint, pool.monitor);
      const names = { poolName: pool.name, endpointName: endpoint.name };
      const place = { pool: p, endpoint: e, ...names, region, identity };
      places.set(check, [...(places.get(check) ?? []), place]);
    }
  }
  return { pools, table, wholes: wholesOf(pools), checks, places };
}

/** One that was degraded stays so until its new window says something. */
function newCheck(target: ProbeTarget, monitor: Monitor, before: EndpointHealth | undefined): Check {
  if (before?.state !== 'degraded')
    return new Check(target, monitor, initialStanding(before?.state ?? 'unknown'));
  const check = new Check(target, monitor, initialStanding('up'));
  check.latencies = { ...noLatencies, slow: monitor.latency?.verdict === 'degraded' };
  return check;
}

/** For whom each check speaks when the node asks whether it is cut off. */
export function rolesOf({ places }: Inventory): Map<Check, SelfRole> {
  const roles = [...places].map(([check, [first]]): [Check, SelfRole] => [
    check,
    first!.poolName === referencePoolName ? 'reference' : { region: first!.region },
  ]);
  return new Map(roles);
}

/** What the inventory knows of an endpoint of the same pool and name that serves and is probed where it was. */
export function knownFrom({ pools, table }: Inventory): Known {
  const endpoints = new Map<string, { readonly endpoint: Endpoint; readonly health: EndpointHealth }>();
  for (const [p, pool] of pools.entries()) {
    for (const [e, endpoint] of pool.endpoints.entries()) {
      endpoints.set(JSON.stringify([pool.name, endpoint.name]), { endpoint, health: table.at(p, e) });
    }
  }
  return (pool, endpoint) => {
    const before = endpoints.get(JSON.stringify([pool.name, endpoint.name]));
    if (before === undefined) return undefined;
    const same =
      endpointText(before.endpoint) === endpointText(endpoint) &&
      samePlace(before.endpoint.probe.address, endpoint.probe.address);
    return same ? before.health : undefined;
  };
}

function samePlace(before: IpAddress | undefined, now: IpAddress | undefined): boolean {
  return before === undefined || now === undefined ? before === now : sameAddress(before, now);
}
