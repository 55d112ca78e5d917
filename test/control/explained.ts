import { AnswerSlots } from '../../src/control/answer-slots.ts';
import { explain } from '../../src/control/explain.ts';
import type { EndpointTrace } from '../../src/control/explain-endpoints.ts';
import type { Explanation } from '../../src/control/explanation.ts';
import { readExplainRequest } from '../../src/control/http.ts';
import { type Loaded, load } from '../../src/control/load.ts';
import { settingsOf } from '../../src/control/settings.ts';
import type { EndpointHealth } from '../../src/health/table.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import type { SnapshotBuffers } from '../../src/snapshot/buffers.ts';
import { type EndpointState, healthAlone } from '../../src/snapshot/compile/conditions.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { type ConfigParts, Site } from './site.ts';

/** Health by name of endpoint; who is not named is up. `good` lists those that were up last. */
export interface Health {
  readonly states?: Readonly<Record<string, EndpointState>>;
  readonly good?: readonly string[];
}

/** A loaded config without a running service, to be explained under any health. */
export class Explained {
  readonly site = new Site();
  readonly loaded: Loaded;

  constructor(parts: ConfigParts) {
    this.site.configure(parts);
    const stateDirectory = this.site.path('state');
    const configPath = this.site.path('meridian.yaml');
    const { loaded, problems } = load({ configPath, stateDirectory, previousGeo: undefined });
    if (loaded === undefined) throw new Error(problems.map(formatProblem).join('\n'));
    this.loaded = loaded;
  }

  explain(name: string, type: string, client: string, { states = {}, good = [] }: Health = {}): Explanation {
    const request = readExplainRequest(name, type, client);
    if (typeof request === 'string') throw new Error(request);
    const { config, image, geo, owners } = this.loaded;
    const nameOf = (pool: number, endpoint: number) => config.pools[pool]!.endpoints[endpoint]!.name;
    const state = (pool: number, endpoint: number) => states[nameOf(pool, endpoint)] ?? 'up';
    const wasGood = (pool: number, endpoint: number) => good.includes(nameOf(pool, endpoint));
    const slots = new AnswerSlots();
    const rotation = buildRotation(config, healthAlone(0, state, wasGood), slots);
    const snapshot: SnapshotBuffers = {
      generation: 1,
      image,
      views: geo.maps,
      owners,
      rotation,
      settings: settingsOf(this.loaded, 0, 1),
    };
    const stateOf = (pool: number, endpoint: number) => healthOf(state(pool, endpoint));
    return explain(request, this.loaded, snapshot, { stateOf, wasGood }, 1);
  }
}

/** Why each endpoint is in the answer or not, by name; chosen ones behind an arrow. */
export function whys({ regions }: Explanation): Record<string, string> {
  const traces: EndpointTrace[] = regions.flatMap(({ endpoints }) => endpoints);
  return Object.fromEntries(traces.map(({ name, chosen, why }) => [name, chosen ? `→ ${why}` : why]));
}

function healthOf(state: EndpointState): EndpointHealth {
  return {
    state,
    sinceMs: 0,
    lastProbeAtMs: 0,
    lastReason: state === 'down' ? 'connection refused' : undefined,
    lastDurationMs: 1,
    failures: 0,
    successes: 0,
  };
}
