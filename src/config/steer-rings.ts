import { formatName, nameKey } from '../dns/names.ts';
import type { Findings, Named } from './findings.ts';
import type { Pool, Steer, Steering, ZoneSource } from './model.ts';
import type { Policy } from './policy-model.ts';
import { poolsUnder } from './policy-uses.ts';

/** What rings are looked for in. */
export interface RingParts {
  readonly zones: readonly (ZoneSource | undefined)[];
  readonly steerings: readonly Steering[];
  readonly policies: Named<Policy>;
  readonly pools: Named<Pool>;
  readonly findings: Findings;
}

/** Tells steered names that lead back to themselves by hosts, directly or by other steered names: nobody gets an address. */
export function tellSteerRings({ zones, steerings, policies, pools, findings }: RingParts): void {
  const owners = new Map<string, Steer>();
  for (const zone of zones) for (const steer of zone?.steer ?? []) owners.set(nameKey(steer.owner), steer);
  const all = [...policies.values()].map(({ item }) => item);
  const endpoints = [...pools.values()].map(({ item }) => item?.endpoints ?? []);
  const steps = steerings.map(({ policy }) => {
    const hosts = poolsUnder(all, policy).flatMap((pool) =>
      (endpoints[pool] ?? []).flatMap(({ address, host }) =>
        address === undefined && host !== undefined ? nameKey(host) : [],
      ),
    );
    return [...new Set(hosts)].filter((host) => owners.has(host));
  });
  for (const ring of ringsAmong(owners, steps)) {
    const names = [...ring, ring[0]!].map((key) => formatName(owners.get(key)!.owner)).join(' → ');
    const { line, column } = owners.get(ring[0]!)!;
    const message = (): string =>
      `hosts of its endpoints lead back to it: ${names}; name where they are served`;
    findings.errorIn(findings.file, { line, column }, 'CONFIG_VALUE', message);
  }
}

/** Each ring once, from the name at which it was met. Every name is looked at once, without recursion. */
function* ringsAmong(
  owners: ReadonlyMap<string, Steer>,
  steps: readonly (readonly string[])[],
): Generator<readonly string[]> {
  const done = new Set<string>();
  for (const start of owners.keys()) {
    /** From the start to the name in hand, each with the number of its steps that were taken. */
    const path = new Map<string, number>([[start, 0]]);
    const stack = [start];
    while (stack.length > 0) {
      const name = stack.at(-1)!;
      const taken = path.get(name)!;
      const next = done.has(name) ? undefined : steps[owners.get(name)!.steering]![taken];
      if (next === undefined) {
        done.add(name);
        path.delete(name);
        stack.pop();
        continue;
      }
      path.set(name, taken + 1);
      if (path.has(next)) yield stack.slice(stack.indexOf(next));
      else if (!done.has(next)) {
        path.set(next, 0);
        stack.push(next);
      }
    }
  }
}
