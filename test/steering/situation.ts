import { parseAddress } from '../../src/ip/address.ts';
import type { Conditions, EndpointState, Held, HostAddress } from '../../src/snapshot/compile/conditions.ts';
import { SHARE_ALL } from '../../src/steering/nodes.ts';

/** Conditions that a test sets; all is up and nothing stands above health until it says otherwise. */
export class Situation implements Conditions {
  readonly isolatedTtlSeconds: number | undefined;
  nowMs = 0;
  private readonly states = new Map<string, EndpointState>();
  private readonly good = new Set<string>();
  private readonly drains = new Set<string>();
  private readonly frozenPools = new Set<number>();
  private readonly shares = new Map<string, number>();
  private readonly calm = new Map<string, number>();
  private readonly holds = new Map<number, Held>();
  private readonly hosts = new Map<string, readonly HostAddress[]>();

  state(pool: number, endpoint: number): EndpointState {
    return this.states.get(`${pool}/${endpoint}`) ?? 'up';
  }

  wasGood(pool: number, endpoint: number): boolean {
    return this.good.has(`${pool}/${endpoint}`);
  }

  drained(pool: number, endpoint: number): boolean {
    return this.drains.has(`${pool}/${endpoint}`);
  }

  frozen(pool: number): boolean {
    return this.frozenPools.has(pool);
  }

  share(pool: number, region: number): number {
    return this.shares.get(`${pool}/${region}`) ?? SHARE_ALL;
  }

  calmMs(pool: number, endpoint: number): number | undefined {
    return this.calm.get(`${pool}/${endpoint}`);
  }

  hostAddresses(pool: number, endpoint: number): readonly HostAddress[] {
    return this.hosts.get(`${pool}/${endpoint}`) ?? [];
  }

  /** What the host of an endpoint resolves to, all for as long. */
  setHost(pool: number, endpoint: number, ttlSeconds: number, ...addresses: readonly string[]): this {
    const found = addresses.map((text) => ({ address: parseAddress(text)!, ttlSeconds }));
    this.hosts.set(`${pool}/${endpoint}`, found);
    return this;
  }

  held(policy: number): Held | undefined {
    return this.holds.get(policy);
  }

  hold(policy: number, held: Held): this {
    this.holds.set(policy, held);
    return this;
  }

  setState(pool: number, endpoint: number, state: EndpointState): this {
    this.states.set(`${pool}/${endpoint}`, state);
    return this;
  }

  setGood(pool: number, endpoint: number): this {
    this.good.add(`${pool}/${endpoint}`);
    return this;
  }

  drain(pool: number, endpoint: number): this {
    this.drains.add(`${pool}/${endpoint}`);
    return this;
  }

  freeze(pool: number): this {
    this.frozenPools.add(pool);
    return this;
  }

  setShare(pool: number, region: number, share: number): this {
    this.shares.set(`${pool}/${region}`, share);
    return this;
  }

  setCalm(pool: number, endpoint: number, milliseconds: number): this {
    this.calm.set(`${pool}/${endpoint}`, milliseconds);
    return this;
  }
}
