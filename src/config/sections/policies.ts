import { z } from 'zod';
import { resolveBase } from '../policies/base.ts';
import type { PolicyContext } from '../policies/context.ts';
import { failoverSchema, resolveFailover } from '../policies/failover.ts';
import { geoSchema, resolveGeo } from '../policies/geo.ts';
import { hashSchema, resolveHash } from '../policies/hash.ts';
import { homeSchema, resolveHome } from '../policies/home.ts';
import { latencySchema, resolveLatency } from '../policies/latency.ts';
import { multiSchema, resolveMulti } from '../policies/multi.ts';
import { nearestSchema, resolveNearest } from '../policies/nearest.ts';
import { resolveSchedule, scheduleSchema } from '../policies/schedule.ts';
import { resolveSplit, splitSchema } from '../policies/split.ts';
import { resolveWeighted, weightedSchema } from '../policies/weighted.ts';
import type { Policy } from '../policy-model.ts';
import { typeWanted } from '../values.ts';

const schemas = [
  nearestSchema,
  latencySchema,
  geoSchema,
  failoverSchema,
  weightedSchema,
  hashSchema,
  multiSchema,
  homeSchema,
  scheduleSchema,
  splitSchema,
] as const;

/** A new type of policy: a file with its schema in `policies/`, a line above and a case below. */
export const policySchema = z.discriminatedUnion('type', schemas, {
  error: typeWanted(...schemas.map(({ shape }) => shape.type.value)),
});

export type PolicyInput = z.output<typeof policySchema>;

/** Undefined after some errors; after others the policy is not what the file says. */
export function resolvePolicy(input: PolicyInput, context: PolicyContext): Policy | undefined {
  const base = resolveBase(input, context);
  switch (input.type) {
    case 'nearest':
      return { ...base, ...resolveNearest(input, context) };
    case 'latency':
      return { ...base, ...resolveLatency(input, context) };
    case 'geo':
      return { ...base, ...resolveGeo(input, context) };
    case 'failover': {
      const own = resolveFailover(input, context);
      return own && { ...base, ...own };
    }
    case 'weighted':
      return { ...base, ...resolveWeighted(input, context) };
    case 'hash':
      return { ...base, ...resolveHash(input, context) };
    case 'multi':
      return { ...base, ...resolveMulti(input, context) };
    case 'home':
      return { ...base, ...resolveHome(input, context) };
    case 'schedule':
      return { ...base, ...resolveSchedule(input, context) };
    case 'split':
      return { ...base, ...resolveSplit(input, context) };
  }
}
