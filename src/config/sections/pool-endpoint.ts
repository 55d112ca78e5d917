import type { Findings, Named } from '../findings.ts';
import type { Pool } from '../model.ts';
import { nearestName } from '../nearest-name.ts';
import type { Path } from '../source.ts';
import { showName, showNames } from '../wording.ts';

/** Index of the endpoint in its pool; undefined when none is named. After an error it is not what the file says. */
export function resolvePoolEndpoint(
  { pool, endpoint }: { readonly pool?: string | undefined; readonly endpoint?: string | undefined },
  path: Path,
  pools: Named<Pool>,
  findings: Findings,
): number | undefined {
  if (pool === undefined || endpoint === undefined) return undefined;
  const endpoints = pools.get(pool)?.item?.endpoints;
  const index = endpoints?.findIndex(({ name }) => name === endpoint);
  if (endpoints !== undefined && index === -1) {
    const names = endpoints.map(({ name }) => name);
    const near = nearestName(endpoint, names);
    const hint = near === undefined ? `it has ${showNames(names)}` : `did you mean ${showName(near)}?`;
    const message = `pool ${showName(pool)} has no endpoint ${showName(endpoint)}; ${hint}`;
    findings.error('CONFIG_REFERENCE', [...path, 'endpoint'], message);
  }
  return index;
}
