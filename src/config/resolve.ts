import { dirname } from 'node:path';
import { formatName, nameKey } from '../dns/names.ts';
import type { Draft } from './draft.ts';
import type { LoadEnvironment } from './environment.ts';
import type { Findings, Named } from './findings.ts';
import type { Config, ZoneSource } from './model.ts';
import { checkBreadth } from './policies/breadth.ts';
import { PolicyContext, type PolicySurroundings } from './policies/context.ts';
import { Nesting } from './policies/nesting.ts';
import { warnOfEmptyRegions } from './policies/residency.ts';
import { resolveDns } from './sections/dns.ts';
import { resolveGeo } from './sections/geo.ts';
import { resolveListen } from './sections/listen.ts';
import { resolveMaintenance } from './sections/maintenance.ts';
import { resolveMonitors } from './sections/monitors.ts';
import { resolveNode, resolvePushTokens, resolveState } from './sections/node.ts';
import { resolveWebhooks } from './sections/notify.ts';
import { resolveOverride } from './sections/overrides.ts';
import { resolvePolicy } from './sections/policies.ts';
import { resolvePool } from './sections/pools.ts';
import { resolveQueryLog } from './sections/query-log.ts';
import { resolveRateLimit } from './sections/rate-limit.ts';
import { resolveRegion } from './sections/regions.ts';
import { resolveSelfCheck } from './sections/self-check.ts';
import { resolveZone } from './sections/zones.ts';
import { tellSteerRings } from './steer-rings.ts';
import { SteeringList } from './steerings.ts';
import { Tables } from './tables/tables.ts';
import { warnOfUnused } from './unused.ts';
import { ViewList } from './views.ts';
import { showName } from './wording.ts';

/** Checks each item against the rest of the file. Undefined after any error. `file`: absolute. */
export function resolveConfig(
  draft: Draft,
  file: string,
  environment: LoadEnvironment,
  findings: Findings,
): Config | undefined {
  const base = dirname(file);
  const listen = draft.listen && resolveListen(draft.listen, environment, base, findings);
  const queryLog = draft.queryLog && resolveQueryLog(draft.queryLog, environment, base, findings);
  const webhooks = draft.notify && resolveWebhooks(draft.notify, environment, base, findings);
  const rateLimit = draft.rateLimit && resolveRateLimit(draft.rateLimit, findings);
  const dns = draft.dns && resolveDns(draft.dns, environment, base, findings);
  const databases = draft.geo && resolveGeo(draft.geo, base, findings);
  const pushTokens = draft.node && resolvePushTokens(draft.node, environment, base, findings);
  const allowsExec = draft.node?.['allow-exec'] !== false;
  const monitors = resolveMonitors(draft.monitors, {
    ...{ environment, base, findings, allowsExec },
    // Faults of their own have been told already.
    takesReports: pushTokens === undefined || (pushTokens.length > 0 && listen?.http !== undefined),
  });
  const regions = mapNamed(draft.regions, (name, input) => resolveRegion(name, input, monitors, findings));
  const pools = mapNamed(draft.pools, (name, input) => resolvePool(name, input, regions, monitors, findings));
  const policyNames = [...draft.policies.keys()];
  const around: PolicySurroundings = {
    ...{ regions, pools, findings, policies: draft.policies },
    ...{ poolNames: [...draft.pools.keys()], policyNames },
    views: new ViewList(),
    tables: new Tables(regions, environment, findings),
    nesting: new Nesting(policyNames),
    allowsExec,
  };
  const policies = mapNamed(draft.policies, (name, input) =>
    resolvePolicy(input, new PolicyContext(name, around)),
  );
  around.nesting.check(findings);
  const overrides = draft.overrides.map(
    (input, i) => input && resolveOverride(i, input, pools, regions, environment.nowMs, findings),
  );
  const maintenance = draft.maintenance.map(
    (input, i) => input && resolveMaintenance(i, input, pools, regions, environment.nowMs, findings),
  );
  const steerings = new SteeringList();
  const zones = draft.zones.map(
    (input, i) => input && resolveZone(i, input, { policies, pools, steerings, findings }, base),
  );
  tellRepeatedZones(zones, findings);
  tellSteerRings({ ...{ zones, policies, pools, findings }, steerings: steerings.steerings });
  if (findings.errors > 0 || !draft.node || !draft.state || !listen || !dns || !databases) return undefined;
  checkBreadth(itemsOf(policies), regions.size, findings);
  if (findings.errors > 0) return undefined;
  warnOfUnused(draft, around);
  warnOfEmptyRegions(draft.policies, { policies: itemsOf(policies), pools: itemsOf(pools) }, around);
  return {
    file,
    node: resolveNode(draft.node, environment),
    pushTokens: pushTokens ?? [],
    listen,
    dns,
    rateLimit,
    state: resolveState(draft.state, environment, base),
    queryLog,
    webhooks: webhooks ?? [],
    geo: { databases },
    regions: itemsOf(regions),
    pools: itemsOf(pools),
    policies: itemsOf(policies),
    views: around.views.views,
    owners: around.tables.owners,
    overrides: overrides.filter((one) => one !== undefined),
    maintenance: maintenance.filter((one) => one !== undefined),
    selfCheck: resolveSelfCheck(draft.node['self-check']),
    steerings: steerings.steerings,
    zones: zones.filter((zone) => zone !== undefined),
  };
}

/** Faulty items stay, as undefined: what refers to them is not at fault. */
function mapNamed<In, Out>(
  items: Named<In>,
  resolve: (name: string, input: In) => Out | undefined,
): Named<Out> {
  const mapped = [...items].map(([name, { index, item }]) => {
    return [name, { index, item: item === undefined ? undefined : resolve(name, item) }] as const;
  });
  return new Map(mapped);
}

function itemsOf<T>(items: Named<T>): T[] {
  return [...items.values()].flatMap(({ item }) => (item === undefined ? [] : [item]));
}

function tellRepeatedZones(zones: readonly (ZoneSource | undefined)[], findings: Findings): void {
  const seen = new Map<string, number>();
  for (const [i, zone] of zones.entries()) {
    if (zone === undefined) continue;
    const key = nameKey(zone.apex);
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else {
      const { line } = findings.place(['zones', first, 'name']);
      const path = ['zones', i, 'name'];
      findings.error(
        'CONFIG_DUPLICATE',
        path,
        `zone ${showName(formatName(zone.apex))} stands here again; first on line ${line}`,
      );
    }
  }
}
