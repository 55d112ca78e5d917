import type { z } from 'zod';
import type { Findings, Named } from './findings.ts';
import { isMapping, readItem } from './items.ts';
import { outlineSchema } from './schema.ts';
import { dnsSchema } from './sections/dns.ts';
import { geoSchema } from './sections/geo.ts';
import { listenSchema } from './sections/listen.ts';
import { maintenanceSchema } from './sections/maintenance.ts';
import { monitorSchema } from './sections/monitors.ts';
import { nodeSchema, stateSchema } from './sections/node.ts';
import { notifySchema } from './sections/notify.ts';
import { overrideSchema } from './sections/overrides.ts';
import { type PolicyInput, policySchema } from './sections/policies.ts';
import { type PoolInput, readPool } from './sections/pools.ts';
import { queryLogSchema } from './sections/query-log.ts';
import { rateLimitSchema } from './sections/rate-limit.ts';
import { regionSchema } from './sections/regions.ts';
import { zoneSchema } from './sections/zones.ts';
import type { Path } from './source.ts';
import { namePattern, nameWanted } from './values.ts';
import { showName } from './wording.ts';

/** The file with each item read for itself: values have their units and defaults, names refer to nothing yet. */
export interface Draft {
  readonly node: z.output<typeof nodeSchema> | undefined;
  readonly listen: z.output<typeof listenSchema> | undefined;
  readonly dns: z.output<typeof dnsSchema> | undefined;
  /** Undefined also when it is left out: nothing is limited then. */
  readonly rateLimit: z.output<typeof rateLimitSchema> | undefined;
  readonly state: z.output<typeof stateSchema> | undefined;
  /** Undefined also when it is left out: nothing is logged then. */
  readonly queryLog: z.output<typeof queryLogSchema> | undefined;
  readonly notify: z.output<typeof notifySchema> | undefined;
  readonly geo: z.output<typeof geoSchema> | undefined;
  readonly regions: Named<z.output<typeof regionSchema>>;
  readonly monitors: Named<z.output<typeof monitorSchema>>;
  readonly pools: Named<PoolInput>;
  readonly policies: Named<PolicyInput>;
  /** Undefined where the faults of one left nothing usable. */
  readonly overrides: readonly (z.output<typeof overrideSchema> | undefined)[];
  readonly maintenance: readonly (z.output<typeof maintenanceSchema> | undefined)[];
  /** Undefined where a zone's faults left nothing usable. */
  readonly zones: readonly (z.output<typeof zoneSchema> | undefined)[];
}

/** Undefined when the file is not even a mapping. */
export function readDraft(value: unknown, findings: Findings): Draft | undefined {
  const outline = readItem(outlineSchema, value, [], findings);
  if (outline === undefined) return undefined;
  if (isMapping(value) && !Object.hasOwn(value, 'zones')) {
    findings.error('CONFIG_MISSING', [], '`zones` is missing; wanted a list of zones', 'key');
  }
  const single = <S extends z.ZodType>(schema: S, key: keyof typeof outline) =>
    readItem(schema, outline[key] === undefined ? {} : outline[key], [key], findings);
  const named = <T>(key: 'regions' | 'monitors' | 'pools' | 'policies', read: Read<T>) =>
    readNamed(outline[key], key, read, findings);
  const by =
    <S extends z.ZodType>(schema: S): Read<z.output<S>> =>
    (raw, path) =>
      readItem(schema, raw, path, findings);
  return {
    node: single(nodeSchema, 'node'),
    listen: single(listenSchema, 'listen'),
    dns: single(dnsSchema, 'dns'),
    rateLimit: outline['rate-limit'] === undefined ? undefined : single(rateLimitSchema, 'rate-limit'),
    state: single(stateSchema, 'state'),
    queryLog: outline['query-log'] === undefined ? undefined : single(queryLogSchema, 'query-log'),
    notify: single(notifySchema, 'notify'),
    geo: single(geoSchema, 'geo'),
    regions: named('regions', by(regionSchema)),
    monitors: named('monitors', by(monitorSchema)),
    pools: named('pools', (raw, path) => readPool(raw, path, findings)),
    policies: named('policies', by(policySchema)),
    overrides: outline.overrides.map((one, i) => readItem(overrideSchema, one, ['overrides', i], findings)),
    maintenance: outline.maintenance.map((one, i) =>
      readItem(maintenanceSchema, one, ['maintenance', i], findings),
    ),
    zones: outline.zones.map((zone, i) => readItem(zoneSchema, zone, ['zones', i], findings)),
  };
}

type Read<T> = (raw: unknown, path: Path) => T | undefined;

function readNamed<T>(
  section: Readonly<Record<string, unknown>>,
  key: string,
  read: Read<T>,
  findings: Findings,
): Named<T> {
  const items = Object.entries(section).map(([name, raw], index) => {
    if (!namePattern.test(name)) {
      findings.error(
        'CONFIG_KEY',
        [key, name],
        `${showName(name)} cannot be a name; wanted ${nameWanted}`,
        'key',
      );
    }
    return [name, { index, item: read(raw, [key, name]) }] as const;
  });
  return new Map(items);
}
