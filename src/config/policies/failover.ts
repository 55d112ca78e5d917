import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import { nearestName } from '../nearest-name.ts';
import type { FailoverPolicy } from '../policy-model.ts';
import { reference } from '../values.ts';
import { showName, showNames } from '../wording.ts';
import { type PolicyContext, policyKeys } from './base.ts';

const orderWanted = 'a list of endpoints or regions';

export const failoverSchema = z
  .strictObject({
    type: z
      .literal('failover')
      .describe('Answers with the first in an order that is healthy, wherever the client is.'),
    ...policyKeys,
    order: z
      .array(reference('the name of an endpoint or region'), { error: orderWanted })
      .min(1, { error: orderWanted })
      .max(limits.endpointsPerPool, { error: orderWanted })
      .optional()
      .describe(
        'Endpoints of the pool or regions, the preferred one first; a region stands for all its endpoints. Default: the endpoints as the pool lists them.',
      ),
  })
  .describe('An order of preference.');

/** Endpoints that the order leaves out are in no tier. */
export function resolveTiers(
  name: string,
  input: z.output<typeof failoverSchema>,
  context: PolicyContext,
): Pick<FailoverPolicy, 'type' | 'tiers'> {
  const { pool, index, findings } = context;
  const tiersOf = (lists: readonly number[][]): FailoverPolicy['tiers'] =>
    lists.map((endpoints) => ({ pool: index, endpoints }));
  if (input.order === undefined)
    return { type: 'failover', tiers: tiersOf(pool.endpoints.map((_, i) => [i])) };
  const path = ['policies', name, 'order'];
  const placed = new Map<number, string>();
  const tiers = input.order.map((entry, i) => {
    const tier = tierOf(entry, [...path, i], context);
    const again = tier.find((endpoint) => placed.has(endpoint));
    if (again !== undefined) {
      const message = `endpoint ${showName(pool.endpoints[again]!.name)} stands in the order already, by ${showName(placed.get(again)!)}`;
      findings.error('CONFIG_DUPLICATE', [...path, i], message);
    }
    for (const endpoint of tier) placed.set(endpoint, entry);
    return tier;
  });
  return { type: 'failover', tiers: tiersOf(tiers) };
}

function tierOf(entry: string, path: readonly (string | number)[], context: PolicyContext): number[] {
  const { pool, regions, findings } = context;
  const byName = indexes(pool.endpoints, (endpoint) => endpoint.name === entry);
  const region = regions.get(entry)?.index;
  const byRegion = indexes(pool.endpoints, (endpoint) => endpoint.region === region);
  if (byName.length > 0 && byRegion.length > 0 && byRegion.join() !== byName.join()) {
    const message = `${showName(entry)} is an endpoint of pool ${showName(pool.name)} and a region with others; rename one`;
    findings.error('CONFIG_REFERENCE', path, message);
  }
  if (byName.length > 0) return byName;
  if (byRegion.length > 0) return byRegion;
  findings.error('CONFIG_REFERENCE', path, () => nothingCalled(entry, region !== undefined, context));
  return [];
}

function nothingCalled(entry: string, isRegion: boolean, { pool, regions }: PolicyContext): string {
  if (isRegion) return `pool ${showName(pool.name)} has no endpoint in region ${showName(entry)}`;
  const names = [...pool.endpoints.map((endpoint) => endpoint.name), ...regions.keys()];
  const near = nearestName(entry, names);
  const hint = near === undefined ? `known: ${showNames(names)}` : `did you mean ${showName(near)}?`;
  return `${showName(entry)} is neither an endpoint of pool ${showName(pool.name)} nor a region; ${hint}`;
}

function indexes<T>(items: readonly T[], wanted: (item: T) => boolean): number[] {
  return items.flatMap((item, i) => (wanted(item) ? [i] : []));
}
