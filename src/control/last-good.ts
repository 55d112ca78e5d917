import type { Config, Endpoint } from '../config/model.ts';
import type { EndpointState } from '../snapshot/compile/conditions.ts';
import type { RememberedGood } from './remembered-steering.ts';

/** Endpoints answer for each other within these. */
const kinds = ['4', '6', 'host'] as const;

/**
 * Which endpoints of a pool were the last ones up together, for each address family and for host names: what `all-down:
 * last-known-good` serves. Kept by name, so that a reload does not forget.
 */
export class LastGood {
  private readonly good = new Map<string, ReadonlySet<string>>();

  /** Takes note of the states now. A kind of which nothing is up keeps what it had. */
  observe(config: Config, state: (pool: number, endpoint: number) => EndpointState): void {
    for (const [p, pool] of config.pools.entries()) {
      for (const kind of kinds) {
        const up = pool.endpoints.filter((endpoint, e) => kindOf(endpoint) === kind && state(p, e) === 'up');
        if (up.length > 0) this.good.set(`${kind} ${pool.name}`, new Set(up.map(({ name }) => name)));
      }
    }
  }

  has(config: Config, pool: number, endpoint: number): boolean {
    const { name, endpoints } = config.pools[pool]!;
    const own = endpoints[endpoint]!;
    return this.good.get(`${kindOf(own)} ${name}`)?.has(own.name) ?? false;
  }

  /** What is to survive a restart. */
  remember(): RememberedGood[] {
    return [...this.good].map(([key, endpoints]) => {
      const [kind, pool] = key.split(' ') as [string, string];
      return { pool, kind, endpoints: [...endpoints] };
    });
  }

  restore(remembered: readonly RememberedGood[]): void {
    for (const { pool, kind, endpoints } of remembered) this.good.set(`${kind} ${pool}`, new Set(endpoints));
  }
}

function kindOf({ address }: Endpoint): (typeof kinds)[number] {
  return address === undefined ? 'host' : `${address.family}`;
}
