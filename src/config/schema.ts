import { z } from 'zod';
import { limits } from '../runtime/limits.ts';
import { dnsSchema } from './sections/dns.ts';
import { geoSchema } from './sections/geo.ts';
import { listenSchema } from './sections/listen.ts';
import { maintenanceSchema } from './sections/maintenance.ts';
import { monitorSchema } from './sections/monitors.ts';
import { nodeSchema, stateSchema } from './sections/node.ts';
import { notifySchema } from './sections/notify.ts';
import { overrideSchema } from './sections/overrides.ts';
import { policySchema } from './sections/policies.ts';
import { poolSchema } from './sections/pools.ts';
import { queryLogSchema } from './sections/query-log.ts';
import { rateLimitSchema } from './sections/rate-limit.ts';
import { regionSchema } from './sections/regions.ts';
import { zoneSchema } from './sections/zones.ts';
import { name } from './values.ts';

const zonesWanted = `a list of 1 to ${limits.zones} zones`;
const overridesWanted = `a list of at most ${limits.overrides} overrides`;

const maintenanceWanted = `a list of at most ${limits.maintenanceWindows} times of maintenance`;

/** The whole file, for editors and docs. `readDraft` reads the same sections item by item. */
const configSchema = z.strictObject({
  node: nodeSchema.optional(),
  listen: listenSchema.optional(),
  dns: dnsSchema.optional(),
  'rate-limit': rateLimitSchema.optional(),
  state: stateSchema.optional(),
  'query-log': queryLogSchema.optional(),
  notify: notifySchema.optional(),
  geo: geoSchema.optional(),
  regions: named(regionSchema).optional().describe('Regions by name; the order is that of last resort.'),
  monitors: named(monitorSchema).optional().describe('Monitors by name.'),
  pools: named(poolSchema).optional().describe('Pools by name.'),
  policies: named(policySchema).optional().describe('Policies by name.'),
  overrides: z
    .array(overrideSchema)
    .max(limits.overrides)
    .optional()
    .describe('What people set above the checks, the last word last.'),
  maintenance: z
    .array(maintenanceSchema)
    .max(limits.maintenanceWindows)
    .optional()
    .describe('When endpoints are worked on.'),
  zones: z.array(zoneSchema).min(1).max(limits.zones).describe('The zones that this server answers for.'),
});

const section = () => z.unknown().optional();

/** The file with its items still unread. */
export const outlineSchema = z.strictObject(
  {
    node: section(),
    listen: section(),
    dns: section(),
    'rate-limit': section(),
    state: section(),
    'query-log': section(),
    notify: section(),
    geo: section(),
    regions: items('regions', limits.regions),
    monitors: items('monitors', limits.monitors),
    pools: items('pools', limits.pools),
    policies: items('policies', limits.policies),
    overrides: z
      .array(z.unknown(), { error: overridesWanted })
      .max(limits.overrides, { error: overridesWanted })
      .default([]),
    maintenance: z
      .array(z.unknown(), { error: maintenanceWanted })
      .max(limits.maintenanceWindows, { error: maintenanceWanted })
      .default([]),
    zones: z
      .array(z.unknown(), { error: zonesWanted })
      .min(1, { error: zonesWanted })
      .max(limits.zones, { error: zonesWanted })
      .default([]),
  } satisfies Record<keyof typeof configSchema.shape, z.ZodType>,
  { error: 'a mapping with at least `zones`' },
);

/** The JSON Schema (draft 7) that editors use: what may be written, not what it becomes. */
export function configJsonSchema(): object {
  const schema = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' });
  return { ...schema, title: 'Meridian config' };
}

function named<S extends z.ZodType>(item: S) {
  return z.record(name(), item);
}

function items(what: string, max: number) {
  const error = `a mapping of at most ${max} ${what} by name`;
  return z
    .record(z.string(), z.unknown(), { error })
    .refine((section) => Object.keys(section).length <= max, { error })
    .default({});
}
