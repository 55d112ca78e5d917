import type { Residency } from '../../../config/policy-model.ts';
import { RrType } from '../../../dns/constants.ts';
import type { IpAddress } from '../../../ip/address.ts';
import { Serving } from '../../../steering/nodes.ts';
import { RecordKind } from '../../rotation.ts';
import type { GrowContext } from './context.ts';
import { chain } from './final.ts';
import type { Grow } from './grow.ts';
import { encodeRecord } from './record-form.ts';

/** Longest TTL of a refusal, seconds: the region may be back at any moment. */
const REFUSAL_TTL_SECONDS = 5;

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
  const children = permitted.map((regions) => {
    if (regions === 'any') return grow.unrestricted(index, policy, context);
    const within = context.within.and(regions);
    const only = context.only.and(regions);
    const place = grow.unrestricted(index, policy, {
      ...context,
      ...{ within, only, mode: 'strict', rule: undefined },
    });
    if (place === 0) return closed;
    return grow.writer.alwaysGives(place) ? place : grow.writer.gives(chain(grow, index, place, closed));
  });
  const place = grow.writer.branch({ policy: index, ttlSeconds: grow.ttlOf(index) }, view, children);
  if (children.every((child) => child !== 0 && grow.writer.alwaysGives(child))) grow.writer.gives(place);
  return place;
}

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
  return grow.writer.gives(grow.writer.group(head, candidates));
}
