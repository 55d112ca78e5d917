import type { Override } from '../config/policy-model.ts';

/** The overrides that hold at a moment. That of an endpoint beats that of its region; a later one an earlier one. */
export class StandingOverrides {
  /** When the first of them ends, wall clock ms. */
  readonly firstEndMs: number | undefined;
  private readonly endpoints = new Map<string, Override>();
  /** By region, and by pool and region: the later of the two holds. */
  private readonly regions = new Map<string, { readonly at: number; readonly override: Override }>();

  constructor(overrides: readonly Override[], nowMs: number) {
    for (const [at, override] of overrides.entries()) {
      const { pool, region, endpoint, untilSeconds } = override;
      const endMs = untilSeconds === undefined ? undefined : 1_000 * untilSeconds;
      if (endMs !== undefined) {
        if (endMs <= nowMs) continue;
        this.firstEndMs = Math.min(this.firstEndMs ?? endMs, endMs);
      }
      if (endpoint !== undefined) this.endpoints.set(`${pool} ${endpoint}`, override);
      else if (region !== undefined) this.regions.set(`${pool ?? ''} ${region}`, { at, override });
    }
  }

  of(pool: number, endpoint: number, region: number): Override | undefined {
    const own = this.endpoints.get(`${pool} ${endpoint}`);
    if (own !== undefined) return own;
    const everywhere = this.regions.get(` ${region}`);
    const here = this.regions.get(`${pool} ${region}`);
    return (here?.at ?? -1) > (everywhere?.at ?? -1) ? here?.override : everywhere?.override;
  }
}
