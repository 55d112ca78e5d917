import type { Maintenance } from '../config/model.ts';

/** The times of maintenance that hold at a moment. */
export class MaintenancePlan {
  /** When the first of all begins or ends next, wall clock ms. */
  readonly nextEdgeMs: number | undefined;
  private readonly now: readonly Maintenance[];

  constructor(plan: readonly Maintenance[], nowMs: number) {
    this.now = plan.filter(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
    const edges = plan.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((edgeMs) => edgeMs > nowMs);
    this.nextEdgeMs = edges.length === 0 ? undefined : Math.min(...edges);
  }

  /** The one that an endpoint is in: of several the one that ends last. */
  of(pool: number, endpoint: number, region: number): Maintenance | undefined {
    let found: Maintenance | undefined;
    for (const each of this.now) {
      const covers =
        (each.pool ?? pool) === pool &&
        (each.region ?? region) === region &&
        (each.endpoint ?? endpoint) === endpoint;
      if (covers && (found === undefined || each.toMs > found.toMs)) found = each;
    }
    return found;
  }
}
