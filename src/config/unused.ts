import type { Draft } from './draft.ts';
import type { Findings, Named } from './findings.ts';
import { showName } from './wording.ts';

/** Warns of what stands in the file but takes no part in any answer. For files without errors. */
export function warnOfUnused(draft: Draft, findings: Findings): void {
  const policies = new Set(draft.zones.flatMap((zone) => Object.values(zone?.steer ?? {})));
  const pools = new Set(items(draft.policies).map(({ pool }) => pool));
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
  warn('policies', draft.policies, policies, 'policy ? steers no name');
}

function items<T>(section: Named<T>): T[] {
  return [...section.values()].flatMap(({ item }) => (item === undefined ? [] : [item]));
}
