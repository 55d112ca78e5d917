import type { Config } from '../config/model.ts';
import { policiesUnder } from '../config/policy-uses.ts';

/** The longest TTL, seconds, with which `before` steered the names that come to the policy of this name in `now`. */
export function earlierTtl(before: Config, now: Config, policy: string): number {
  const own = now.policies.findIndex(({ name }) => name === policy);
  const leads = byRoot(now, (under) => under.includes(own));
  const longest = byRoot(before, (under) =>
    Math.max(...under.map((index) => before.policies[index]!.ttl.maxSeconds)),
  );
  const names = new Set(steered(now).flatMap(({ name, root }) => (leads.get(root) ? name : [])));
  const ttls = steered(before).flatMap(({ name, root }) => (names.has(name) ? longest.get(root)! : []));
  return ttls.reduce((most, each) => Math.max(most, each), 0);
}

/** Of each policy that steers names, what is to be known of all that it leads to. */
function byRoot<T>({ policies, steerings }: Config, of: (under: readonly number[]) => T): Map<number, T> {
  const roots = new Set(steerings.map(({ policy }) => policy));
  return new Map([...roots].map((root) => [root, of(policiesUnder(policies, root))]));
}

/** Steered names with the policies that they are steered by. */
function steered({ zones, steerings }: Config): { readonly name: string; readonly root: number }[] {
  return zones.flatMap(({ steer }) =>
    steer.map(({ owner, steering }) => ({
      name: Buffer.from(owner).toString('latin1').toLowerCase(),
      root: steerings[steering]!.policy,
    })),
  );
}
