import { flattenedPools } from '../../../config/flattened.ts';
import type { Config } from '../../../config/model.ts';
import type { Policy } from '../../../config/policy-model.ts';
import { poolsOf } from '../../../config/policy-uses.ts';
import { ttlSeconds } from '../../../steering/ttl-class.ts';
import { standingAt } from '../../../steering/windows.ts';
import type { Conditions } from '../conditions.ts';

/** TTL ceiling while a pool has endpoints that no probe has judged yet, seconds. */
export const DOUBT_TTL_SECONDS = 5;

/**
 * The longest TTL of what a policy itself decides: until its answer could change, between the bounds of the config.
 * An unjudged endpoint may turn out down at any moment: nobody shall hold its address for long. An address of a host is
 * told for no longer than the host's own record, and that there is none no longer than the policy's least; 1 s at least.
 */
export function policyTtl(config: Config, conditions: Conditions, index: number): number {
  const policy = config.policies[index]!;
  const { minSeconds, maxSeconds } = policy.ttl;
  let changeMs = Math.min(...edgesOf(policy, conditions.nowMs), Number.POSITIVE_INFINITY) - conditions.nowMs;
  let doubt = false;
  for (const pool of poolsOf(policy)) {
    for (const [endpoint] of config.pools[pool]!.endpoints.entries()) {
      changeMs = Math.min(changeMs, conditions.calmMs(pool, endpoint) ?? Number.POSITIVE_INFINITY);
      doubt ||= conditions.state(pool, endpoint) === 'unknown';
    }
  }
  if (conditions.isolatedTtlSeconds !== undefined) return Math.min(minSeconds, conditions.isolatedTtlSeconds);
  const seconds = Number.isFinite(changeMs) ? changeMs / 1000 : undefined;
  const longest = conditions.held(index)?.ttlSeconds ?? maxSeconds;
  const ttl = Math.min(longest, ttlSeconds(seconds, minSeconds, maxSeconds));
  const most = Math.min(doubt ? DOUBT_TTL_SECONDS : ttl, hostSeconds(config, conditions, policy));
  return Math.min(ttl, Math.max(1, most));
}

/** How long the addresses of a policy's hosts may be told: as long as the one that changes first. */
export function hostSeconds(config: Config, conditions: Conditions, policy: Policy): number {
  const flattened = flattenedPools(config);
  let seconds = Number.POSITIVE_INFINITY;
  for (const pool of poolsOf(policy)) {
    if (!flattened.has(pool)) continue;
    for (const [endpoint, { address }] of config.pools[pool]!.endpoints.entries()) {
      if (address !== undefined) continue;
      const found = conditions.hostAddresses(pool, endpoint).map(({ ttlSeconds }) => ttlSeconds);
      seconds = Math.min(seconds, ...(found.length === 0 ? [policy.ttl.minSeconds] : found));
    }
  }
  return seconds;
}

/** When windows of the policy open or close next, wall clock ms. */
export function edgesOf(policy: Policy, nowMs: number): number[] {
  const windows =
    policy.type === 'schedule'
      ? policy.windows.map(({ when }) => when)
      : policy.type === 'split'
        ? policy.rules.flatMap(({ when }) => when ?? [])
        : [];
  return windows.flatMap((window) => standingAt(window, nowMs).edgeMs ?? []);
}
