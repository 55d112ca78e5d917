import { z } from 'zod';
import type { Findings, Named } from '../findings.ts';
import type { Pool, Region } from '../model.ts';
import { distanceView, resolveBase } from '../policies/base.ts';
import { failoverSchema, resolveTiers } from '../policies/failover.ts';
import { nearestSchema } from '../policies/nearest.ts';
import { resolveWithin, weightedSchema } from '../policies/weighted.ts';
import type { Policy } from '../policy-model.ts';
import { typeWanted } from '../values.ts';
import type { ViewList } from '../views.ts';

/** A new type of policy: a file with its schema in `policies/`, a line here and a case below. */
export const policySchema = z.discriminatedUnion('type', [nearestSchema, failoverSchema, weightedSchema], {
  error: typeWanted('nearest', 'failover', 'weighted'),
});

/** Undefined when the pool is unknown or faulty; that has been told then. */
export function resolvePolicy(
  name: string,
  input: z.output<typeof policySchema>,
  pools: Named<Pool>,
  regions: Named<Region>,
  views: ViewList,
  findings: Findings,
): Policy | undefined {
  const index = findings.reference('pool', input.pool, pools, ['policies', name, 'pool']);
  const pool = pools.get(input.pool)?.item;
  if (index === undefined || pool === undefined) return undefined;
  const base = resolveBase(name, input);
  const context = { pool, index, regions, views, findings };
  switch (input.type) {
    case 'nearest':
      return { ...base, type: 'nearest', from: { pool: index }, view: distanceView(context), spread: 'fill' };
    case 'failover':
      return { ...base, ...resolveTiers(name, input, context) };
    case 'weighted':
      return { ...base, ...resolveWithin(name, input, context) };
  }
}
