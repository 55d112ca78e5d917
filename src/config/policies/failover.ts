import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Pool } from '../model.ts';
import { nearestName } from '../nearest-name.ts';
import type { FailoverPolicy, Tier } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { reference } from '../values.ts';
import { showName, showNames } from '../wording.ts';
import { policyKeys, useReference } from './base.ts';
import type { PolicyContext } from './context.ts';
import { resolveSingleWriter, singleWriterSchema } from './single-writer.ts';

const orderWanted = 'a list of endpoints or regions of `pool`, or of pools and policies';

export const failoverSchema = z
  .strictObject({
    type: z
      .literal('failover')
      .describe('Answers with the first in an order that is healthy, wherever the client is.'),
    pool: useReference().optional().describe('The pool whose endpoints or regions stand in `order`.'),
    ...policyKeys(),
    'single-writer': singleWriterSchema.optional(),
    failback: z
      .boolean({ error: 'true or false' })
      .default(true)
      .describe(
        'With `single-writer` or replication: whether one that is preferred, and caught up, takes over again from one that is well. Otherwise it waits for a failure, or for `promote`.',
      ),
    order: z
      .array(reference('the name of an endpoint, region, pool or policy'), { error: orderWanted })
      .min(1, { error: orderWanted })
      .max(limits.endpointsPerPool, { error: orderWanted })
      .optional()
      .describe(
        'The preferred one first. With `pool`: its endpoints or regions, a region stands for all its endpoints. Without: pools and policies. Default: the endpoints as `pool` lists them.',
      ),
  })
  .superRefine(({ pool, order }, context) => {
    if (pool !== undefined || order !== undefined) return;
    context.addIssue({ code: 'custom', path: ['order'], message: 'a list of pools and policies, or `pool`' });
  })
  .describe('An order of preference.');

type Ordered = Pick<FailoverPolicy, 'type' | 'tiers'>;

/** Endpoints that the order leaves out are in no tier. Undefined after some errors. */
export function resolveFailover(
  input: z.output<typeof failoverSchema>,
  context: PolicyContext,
): Pick<FailoverPolicy, 'type' | 'tiers' | 'failback' | 'singleWriter'> | undefined {
  const resolved = resolveOrder(input, context);
  const { failback } = input;
  const singleWriter = resolved && resolveSingleWriter(input, resolved.tiers, context);
  return resolved && { ...resolved, failback, singleWriter };
}

function resolveOrder(input: z.output<typeof failoverSchema>, context: PolicyContext): Ordered | undefined {
  if (input.pool === undefined) return resolveUses(input.order!, context);
  const from = context.from(input.pool);
  if ('policy' in from) {
    const message = `\`pool\` of a failover is a pool, and ${context.nameOf(from)} is none; write it into \`order\`, without \`pool\``;
    context.findings.error('CONFIG_REFERENCE', context.path('pool'), message);
    return undefined;
  }
  const pool = context.pool(from.pool);
  return pool && { type: 'failover', tiers: resolveTiers(input.order, from.pool, pool, context) };
}

function resolveUses(order: readonly string[], context: PolicyContext): Ordered {
  const uses = order.map((name, i) => ({
    use: context.use(name, ['order', i]),
    path: context.path('order', i),
  }));
  context.distinct(uses);
  return { type: 'failover', tiers: uses.map(({ use }) => use) };
}

function resolveTiers(
  order: readonly string[] | undefined,
  index: number,
  pool: Pool,
  context: PolicyContext,
): Tier[] {
  if (order === undefined)
    return pool.endpoints.map(({ name }, i) => ({ pool: index, endpoints: [i], name }));
  const placed = new Map<number, string>();
  return order.map((entry, i) => {
    const path = context.path('order', i);
    const endpoints = endpointsOf(entry, path, pool, context);
    const again = endpoints.find((endpoint) => placed.has(endpoint));
    if (again !== undefined) {
      const message = `endpoint ${showName(pool.endpoints[again]!.name)} stands in the order already, by ${showName(placed.get(again)!)}`;
      context.findings.error('CONFIG_DUPLICATE', path, message);
    }
    for (const endpoint of endpoints) placed.set(endpoint, entry);
    return { pool: index, endpoints, name: entry };
  });
}

function endpointsOf(entry: string, path: Path, pool: Pool, context: PolicyContext): number[] {
  const { findings } = context;
  const byName = indexes(pool.endpoints, (endpoint) => endpoint.name === entry);
  const region = context.around.regions.get(entry)?.index;
  const byRegion = indexes(pool.endpoints, (endpoint) => endpoint.region === region);
  if (byName.length > 0 && byRegion.length > 0 && byRegion.join() !== byName.join()) {
    const message = `${showName(entry)} is an endpoint of pool ${showName(pool.name)} and a region with others; rename one`;
    findings.error('CONFIG_REFERENCE', path, message);
  }
  if (byName.length > 0) return byName;
  if (byRegion.length > 0) return byRegion;
  findings.error('CONFIG_REFERENCE', path, () => nothingCalled(entry, region !== undefined, pool, context));
  return [];
}

function nothingCalled(entry: string, isRegion: boolean, pool: Pool, { around }: PolicyContext): string {
  if (isRegion) return `pool ${showName(pool.name)} has no endpoint in region ${showName(entry)}`;
  const names = [...pool.endpoints.map((endpoint) => endpoint.name), ...around.regions.keys()];
  const near = nearestName(entry, names);
  const known = near === undefined ? `known: ${showNames(names)}` : `did you mean ${showName(near)}?`;
  const isUse = around.pools.has(entry) || around.policies.has(entry);
  const hint = isUse ? 'for an order of pools and policies leave `pool` out' : known;
  return `${showName(entry)} is neither an endpoint of pool ${showName(pool.name)} nor a region; ${hint}`;
}

function indexes<T>(items: readonly T[], wanted: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (wanted(item) ? [i] : []));
}
