import { Resolver } from 'node:dns/promises';
import { flattenedPools } from '../config/flattened.ts';
import type { Config } from '../config/model.ts';
import { formatName } from '../dns/names.ts';
import { parseAddress } from '../ip/address.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import type { Log } from '../runtime/log.ts';
import type { HostAddress } from '../snapshot/compile/conditions.ts';

/** What a host resolves to now. Rejects when that cannot be told. */
export type LookUp = (host: string) => Promise<readonly HostAddress[]>;

export interface HostTableParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly lookUp: LookUp;
  /** A host has other addresses than before, or they may be told for another time. */
  readonly onChange: () => void;
}

interface Host {
  addresses: readonly HostAddress[];
  failures: number;
  timer: Timer | undefined;
}

/**
 * The addresses of endpoints that have a host name alone, looked up in the background as often as their TTLs ask for. A
 * host that cannot be resolved keeps the addresses that it had.
 */
export class HostTable {
  private readonly parts: HostTableParts;
  private readonly hosts = new Map<string, Host>();

  constructor(parts: HostTableParts) {
    this.parts = parts;
  }

  /**
   * Looks up the hosts of a config that are not known yet; resolves when each has had its first try, or after
   * `limits.hostFirstWaitMs`: a resolver that is silent keeps nobody from being answered.
   */
  async add(config: Config): Promise<void> {
    const tries: Promise<void>[] = [];
    for (const name of hostsOf(config)) {
      if (this.hosts.has(name)) continue;
      this.hosts.set(name, { addresses: [], failures: 0, timer: undefined });
      tries.push(this.refresh(name));
    }
    if (tries.length === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.parts.clock.setTimer(resolve, limits.hostFirstWaitMs);
      void Promise.all(tries).then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** Forgets the hosts that the config in use does not have. */
  retain(config: Config): void {
    const kept = hostsOf(config);
    for (const [name, { timer }] of this.hosts) {
      if (kept.has(name)) continue;
      timer?.cancel();
      this.hosts.delete(name);
    }
  }

  addressesOf(config: Config, pool: number, endpoint: number): readonly HostAddress[] {
    const { address, host } = config.pools[pool]!.endpoints[endpoint]!;
    if (address !== undefined || host === undefined) return [];
    return this.hosts.get(formatName(host))?.addresses ?? [];
  }

  stop(): void {
    for (const { timer } of this.hosts.values()) timer?.cancel();
    this.hosts.clear();
  }

  private async refresh(name: string): Promise<void> {
    const host = this.hosts.get(name)!;
    let found: readonly HostAddress[] | undefined;
    try {
      found = (await this.parts.lookUp(name)).slice(0, limits.hostAddresses);
    } catch (error) {
      this.tellFailure(name, host, error);
    }
    // The config may have dropped it meanwhile, and taken it up again as another.
    if (this.hosts.get(name) !== host) return;
    const next = found === undefined || isAlike(host.addresses, found) ? host.addresses : found;
    const changed = next !== host.addresses;
    host.addresses = next;
    host.failures = found === undefined ? host.failures + 1 : 0;
    host.timer = this.parts.clock.setTimer(() => void this.refresh(name), this.waitMs(host));
    if (changed) this.parts.onChange();
  }

  private waitMs({ addresses, failures }: Host): number {
    if (failures > 0)
      return Math.min(limits.hostRetryMs * 2 ** Math.min(failures - 1, 10), limits.hostRefreshMs);
    return Math.max(Math.min(1_000 * leastTtl(addresses), limits.hostRefreshMs), limits.hostRetryMs);
  }

  private tellFailure(name: string, { failures, addresses }: Host, error: unknown): void {
    if (failures > 0) return;
    const kept = addresses.length > 0 ? 'its last addresses stay' : 'its endpoints have no address';
    this.parts.log.warn(`host ${name} cannot be resolved (${(error as Error).message}); ${kept}`);
  }
}

function hostsOf(config: Config): Set<string> {
  return new Set(
    [...flattenedPools(config)].flatMap((pool) =>
      config.pools[pool]!.endpoints.flatMap(({ address, host }) =>
        address === undefined && host !== undefined ? formatName(host) : [],
      ),
    ),
  );
}

/**
 * Order and TTLs differ from one answer to the next without a change that is worth a new snapshot: addresses may be told
 * for a shorter time than they could, down to half of it, but never for a longer one.
 */
function isAlike(before: readonly HostAddress[], now: readonly HostAddress[]): boolean {
  const seconds = leastTtl(now);
  const told = leastTtl(before);
  return keyOf(before) === keyOf(now) && told <= seconds && seconds <= 2 * told;
}

function leastTtl(addresses: readonly HostAddress[]): number {
  return Math.min(...addresses.map(({ ttlSeconds }) => ttlSeconds));
}

function keyOf(addresses: readonly HostAddress[]): string {
  return addresses
    .map(({ address }) => address.bytes.join('.'))
    .sort()
    .join();
}

/** By the resolvers of the machine. No address at all is a failure: an endpoint shall not go by an empty answer. */
export const lookUp: LookUp = async (host) => {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const answers = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ]);
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (found.length === 0) throw failed?.reason ?? new Error('it has no address');
  return found.flatMap(({ address, ttl }) => {
    const parsed = parseAddress(address);
    return parsed === undefined ? [] : [{ address: parsed, ttlSeconds: ttl }];
  });
};
