import type { Policy, Residency } from '../../../config/policy-model.ts';
import { RrType } from '../../../dns/constants.ts';
import type { IpAddress } from '../../../ip/address.ts';
import { limits } from '../../../runtime/limits.ts';
import { Order, Serving } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import { growBranch } from './branch.ts';
import type { GrowContext } from './context.ts';
import { chain } from './final.ts';
import type { Grow } from './grow.ts';
import { encodeRecord } from './record-form.ts';

/** Longest TTL of a refusal, seconds: the region may be back at any moment. */
export const REFUSAL_TTL_SECONDS = 5;

/**
 * One tree for each set of regions that some clients may be served by, grown within that set: no other region is in it.
 * Where it gives nothing, nothing else is tried, neither here nor in a policy around this one.
 */
export function growResidency(
  grow: Grow,
  index: number,
  { permitted, view, sorry }: Residency,
  context: GrowContext,
): number {
  const policy = grow.config.policies[index]!;
  const closed = growRefusal(grow, index, sorry, context.kind);
  const children = permitted.map((regions) =>
    regions === 'any'
      ? growAny(grow, index, policy, context)
      : growPermitted(grow, index, policy, regions, context, closed),
  );
  return growBranch(grow, index, view, children);
}

/**
 * The tree for clients that these regions may serve; `closed` where they cannot. In a part of the regions (`only`) it is
 * no refusal that nobody is there to serve while others of the permitted ones can: the policy around comes by those too.
 */
function growPermitted(
  grow: Grow,
  index: number,
  policy: Policy,
  regions: readonly number[],
  context: GrowContext,
  closed: number,
): number {
  const { writer } = grow;
  const within = context.within.and(regions);
  const only = context.only.and(regions);
  const strict = { ...context, within, mode: 'strict', rule: undefined } as const;
  const whole = grow.unrestricted(index, policy, { ...strict, only: within });
  if (whole === 0) return closed;
  if (context.only === context.within)
    return writer.alwaysGives(whole) ? whole : writer.gives(chain(grow, index, whole, closed));
  const part = growAny(grow, index, policy, { ...strict, only });
  if (writer.alwaysGives(whole)) return part;
  // Whether the others can depends on the client: they are asked in the place of this one, before it is a refusal.
  const slots = [{ child: part }, { child: whole, share: NOBODY }];
  const head = { policy: index, ttlSeconds: grow.ttlOf(index), fallback: closed };
  const most = limits.answersPerQuery;
  return writer.gives(writer.walk(head, { order: Order.FIXED, most: 1, perSlot: most, slots }));
}

function growAny(grow: Grow, index: number, policy: Policy, context: GrowContext): number {
  if (context.rule !== undefined) return grow.unrestricted(index, policy, context);
  return grow.orVoid(context, (each) => grow.unrestricted(index, policy, each));
}

/** The share of a slot that is asked only when the answer is empty, as the last resort. */
const NOBODY = 0;

function growRefusal(grow: Grow, policy: number, sorry: readonly IpAddress[], kind: RecordKind): number {
  const head = { policy, serving: Serving.RESIDENCY, ttlSeconds: REFUSAL_TTL_SECONDS };
  const type = kind === RecordKind.A ? RrType.A : RrType.AAAA;
  const family = { [RecordKind.A]: 4, [RecordKind.AAAA]: 6 }[kind as 0 | 1];
  const fitting = sorry.filter((address) => address.family === family);
  if (fitting.length === 0) return grow.writer.gives(grow.writer.empty(head, true));
  const candidates = fitting.map(({ bytes }) => ({
    ...{ weight: 1, region: -1, pool: -1, endpoint: -1 },
    record: grow.writer.record(encodeRecord(type, bytes)),
  }));
  return grow.writer.gives(grow.writer.group(head, candidates, true));
}
