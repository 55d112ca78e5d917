import type { Config } from '../config/model.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';

/**
 * Which endpoints of a pool were the last ones up together, for each address family: what `all-down:
 * last-known-good` serves. Kept by name, so that a reload does not forget.
 */
export class LastGood {
  private readonly good = new Map<string, ReadonlySet<string>>();

  /** Takes note of the states now. A family of which nothing is up keeps what it had. */
  observe(config: Config, state: (pool: number, endpoint: number) => EndpointState): void {
    for (const [p, pool] of config.pools.entries()) {
      for (const family of [4, 6] as const) {
        const up = pool.endpoints.filter(
          (endpoint, e) => endpoint.address.family === family && state(p, e) === 'up',
        );
        if (up.length > 0)
          this.good.set(`${family} ${pool.name}`, new Set(up.map((endpoint) => endpoint.name)));
      }
    }
  }

  has(config: Config, pool: number, endpoint: number): boolean {
    const { name, address } = config.pools[pool]!.endpoints[endpoint]!;
    return this.good.get(`${address.family} ${config.pools[pool]!.name}`)?.has(name) ?? false;
  }
}
