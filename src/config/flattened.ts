import type { Config } from './model.ts';
import { poolsUnder } from './policy-uses.ts';

/**
 * The pools of which some steered name tells the addresses of hosts (`hosts: flatten`). Those that are behind aliases
 * alone need no address.
 */
export function flattenedPools(config: Config): ReadonlySet<number> {
  let pools = known.get(config);
  if (pools === undefined) {
    const policies = config.steerings.flatMap(({ policy, hosts }) => (hosts === 'flatten' ? policy : []));
    pools = new Set([...new Set(policies)].flatMap((policy) => poolsUnder(config.policies, policy)));
    known.set(config, pools);
  }
  return pools;
}

const known = new WeakMap<Config, ReadonlySet<number>>();
