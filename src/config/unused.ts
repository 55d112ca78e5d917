import type { Draft } from './draft.ts';
import type { Named } from './findings.ts';
import type { PolicySurroundings } from './policies/context.ts';
import { showName } from './wording.ts';

/** Warns of what stands in the file but takes no part in any answer. For files without errors. */
export function warnOfUnused(
  draft: Draft,
  { nesting, poolNames, policyNames, findings }: PolicySurroundings,
): void {
  const policies = new Set(
    draft.zones.flatMap((zone) =>
      Object.values(zone?.steer ?? {}).map((form) => (typeof form === 'string' ? form : form.policy)),
    ),
  );
  const pools = new Set<string>();
  for (const use of nesting.uses()) {
    if ('pool' in use) pools.add(poolNames[use.pool]!);
    else policies.add(policyNames[use.policy]!);
  }
  const parts = items(draft.monitors).flatMap((monitor) => ('of' in monitor ? monitor.of : []));
  const checked = [...items(draft.pools), ...items(draft.regions)].map(({ monitor }) => monitor);
  const monitors = new Set([...checked, ...parts]);
  const warn = (
    section: string,
    defined: Named<unknown>,
    used: ReadonlySet<unknown>,
    message: string,
  ): void => {
    for (const name of defined.keys()) {
      if (used.has(name)) continue;
      findings.warning(
        'CONFIG_UNUSED',
        [section, name],
        `${message.replace('?', () => showName(name))}`,
        'key',
      );
    }
  };
  warn('monitors', draft.monitors, monitors, 'monitor ? is in no pool and no region');
  warn('pools', draft.pools, pools, 'pool ? is in no policy');
  const gated = new Set(
    items(draft.policies).flatMap((policy) => {
      if (policy.type !== 'failover') return [];
      if (policy.pool !== undefined) return policy.pool;
      // With a policy in it an order goes by health alone.
      const order = policy.order ?? [];
      return order.every((name) => draft.pools.has(name.replace(/^pool:/, ''))) ? order : [];
    }),
  );
  for (const [name, { item }] of draft.pools)
    if (item?.replication !== undefined && pools.has(name) && !gated.has(name) && !gated.has(`pool:${name}`))
      findings.warning(
        'CONFIG_UNUSED',
        ['pools', name, 'replication'],
        `no failover goes by pool ${showName(name)}: its lag keeps nobody back`,
        'key',
      );
  warn('policies', draft.policies, policies, 'policy ? steers no name, and no policy leads to it');
}

function items<T>(section: Named<T>): T[] {
  return [...section.values()].flatMap(({ item }) => (item === undefined ? [] : [item]));
}
