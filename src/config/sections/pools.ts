import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { Findings, Named } from '../findings.ts';
import { readItem } from '../items.ts';
import type { Monitor, Pool, Region } from '../model.ts';
import { capacitySchema, resolveCapacities } from '../pools/capacity.ts';
import { type EndpointInput, endpointSchema, resolveEndpoints } from '../pools/endpoints.ts';
import { floorSchema, resolveFloor } from '../pools/floor.ts';
import { replicationSchema, resolveReplication } from '../pools/replication.ts';
import { percentage } from '../quantities.ts';
import type { Path } from '../source.ts';
import { duration, reference } from '../values.ts';
import { showName } from '../wording.ts';

const endpointsWanted = `a list of 1 to ${limits.endpointsPerPool} endpoints`;

const poolKeys = {
  monitor: reference('the name of a monitor')
    .optional()
    .describe('What checks the endpoints. Without one they count as up.'),
  'min-up': percentage('1%', '100%')
    .optional()
    .describe("Least share of a region's weight that is not down; with less, all of the region is."),
  floor: floorSchema.optional(),
  ramp: duration('1s', '24h')
    .optional()
    .describe('How long a region that comes back takes to get all its clients. Default: at once.'),
  capacity: capacitySchema.default({}),
  replication: replicationSchema.optional(),
};
const poolError = { error: 'a mapping with `endpoints`' };

export const poolSchema = z
  .strictObject(
    { ...poolKeys, endpoints: endpoints(endpointSchema).describe('The endpoints of the pool.') },
    poolError,
  )
  .describe('The endpoints of one service.');

/** A pool whose endpoints are read one by one, so that a fault in one hides none in another. */
const poolShell = z.strictObject({ ...poolKeys, endpoints: endpoints(z.unknown()) }, poolError);

function endpoints<S extends z.ZodType>(schema: S) {
  return z
    .array(schema, { error: endpointsWanted })
    .min(1, { error: endpointsWanted })
    .max(limits.endpointsPerPool, { error: endpointsWanted });
}

export interface PoolInput extends Omit<z.output<typeof poolShell>, 'endpoints'> {
  /** Undefined where the endpoint's faults left nothing usable. */
  readonly endpoints: readonly (EndpointInput | undefined)[];
}

export function readPool(raw: unknown, path: Path, findings: Findings): PoolInput | undefined {
  const shell = readItem(poolShell, raw, path, findings);
  return (
    shell && {
      ...shell,
      endpoints: shell.endpoints.map((item, i) =>
        readItem(endpointSchema, item, [...path, 'endpoints', i], findings),
      ),
    }
  );
}

export function resolvePool(
  name: string,
  input: PoolInput,
  regions: Named<Region>,
  monitors: Named<Monitor>,
  findings: Findings,
): Pool {
  const path = ['pools', name];
  const hasMonitor = input.monitor !== undefined;
  if (input.monitor !== undefined)
    findings.reference('monitor', input.monitor, monitors, [...path, 'monitor']);
  const monitor = input.monitor === undefined ? undefined : monitors.get(input.monitor)?.item;
  const endpoints = resolveEndpoints(input.endpoints, { pool: name, regions, monitor, hasMonitor, findings });
  for (const key of ['min-up', 'floor', 'ramp'] as const) {
    if (hasMonitor || input[key] === undefined) continue;
    const message = `${showName(key)} has no use: pool ${showName(name)} has no monitor`;
    findings.warning('CONFIG_UNUSED', [...path, key], message, 'key');
  }
  // What an endpoint with faults would have been is not known, so nothing is missed in its place.
  const whole = endpoints.length === input.endpoints.length && endpoints.every(({ region }) => region >= 0);
  const known = whole ? endpoints : undefined;
  return {
    ...{ name, monitor, endpoints, rampMs: input.ramp, minUp: input['min-up'] },
    floor: input.floor && resolveFloor(input.floor, name, known, findings),
    replication:
      input.replication && resolveReplication(input.replication, name, endpoints, regions, findings),
    capacities: resolveCapacities(input.capacity, name, known, regions, findings),
  };
}
