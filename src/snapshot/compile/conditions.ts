import type { IpAddress } from '../../ip/address.ts';
import { type Serving, SHARE_ALL } from '../../steering/nodes.ts';

/** What the world is told of an endpoint's health. `degraded` serves after `up`, `unknown` after both. */
export type EndpointState = 'unknown' | 'up' | 'degraded' | 'down';

/** An address of a host, and how long it may be told. */
export interface HostAddress {
  readonly address: IpAddress;
  readonly ttlSeconds: number;
}

/** That one tier of a failover alone may serve: it owns the name, or passed a replication gate. */
export interface Held {
  /** Index of the tier; undefined: nobody may now. */
  readonly tier: number | undefined;
  /** Why nobody may. */
  readonly serving: Serving;
  /** Longest TTL that may be told. */
  readonly ttlSeconds: number;
}

/**
 * What trees are grown from besides the config: health with all that stands above it (overrides, floors), shares, the
 * time. Indexes are those of `Config.pools`, `Pool.endpoints` and `Config.regions`.
 */
export interface Conditions {
  readonly nowMs: number;
  state(pool: number, endpoint: number): EndpointState;
  /** Whether the endpoint was among the last ones of its pool that were up together. */
  wasGood(pool: number, endpoint: number): boolean;
  /** Drained by people: as weight 0. */
  drained(pool: number, endpoint: number): boolean;
  /** The pool's floor holds: `state` tells verdicts of before. */
  frozen(pool: number): boolean;
  /** This node is cut off: states are those of before, and no TTL is to be longer. Undefined while it is not. */
  readonly isolatedTtlSeconds: number | undefined;
  /** Of SHARE_ALL client prefixes, how many the region lets in. */
  share(pool: number, region: number): number;
  /** Milliseconds until the endpoint's state could change, 0 while a probe contradicts it; undefined: never by itself. */
  calmMs(pool: number, endpoint: number): number | undefined;
  /** The addresses of an endpoint that has a host name alone. */
  hostAddresses(pool: number, endpoint: number): readonly HostAddress[];
  /** Of a failover policy; undefined where its tree chooses by health. */
  held(policy: number): Held | undefined;
}

/** Conditions where nothing stands above health, and nothing changes by time. */
export function healthAlone(
  nowMs: number,
  state: Conditions['state'],
  wasGood: Conditions['wasGood'],
): Conditions {
  return {
    ...{ nowMs, state, wasGood },
    drained: () => false,
    frozen: () => false,
    isolatedTtlSeconds: undefined,
    share: () => SHARE_ALL,
    calmMs: () => undefined,
    hostAddresses: () => [],
    held: () => undefined,
  };
}
