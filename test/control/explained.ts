import type { Config } from '../../src/config/model.ts';
import { AnswerSlots } from '../../src/control/answer-slots.ts';
import { type ConditionWords, conditionWords } from '../../src/control/condition-words.ts';
import { ConditionsComposer, unheld } from '../../src/control/conditions.ts';
import { explain } from '../../src/control/explain.ts';
import type { Explanation } from '../../src/control/explanation.ts';
import { readExplainRequest } from '../../src/control/http.ts';
import { type Loaded, load } from '../../src/control/load.ts';
import type { ProbedHealth } from '../../src/control/region-words.ts';
import { settingsOf } from '../../src/control/settings.ts';
import type { EndpointHealth } from '../../src/health/table.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import type { SnapshotBuffers } from '../../src/snapshot/buffers.ts';
import { type Conditions, type EndpointState, healthAlone } from '../../src/snapshot/compile/conditions.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { type ConfigParts, Site } from './site.ts';

/** The world around a question. */
export interface Health {
  /** By name of endpoint; who is not named is up. */
  readonly states?: Readonly<Record<string, EndpointState>>;
  /** Those that were up last. */
  readonly good?: readonly string[];
  /** What stands above health. */
  readonly conditions?: (config: Config) => Partial<Conditions>;
  readonly words?: Partial<ConditionWords>;
  readonly nowMs?: number;
  readonly without?: string;
  readonly at?: string;
}

/** A loaded config without a running service, to be explained under any health. */
export class Explained {
  readonly site = new Site();
  readonly loaded: Loaded;

  /** `change`: what of the load is replaced, for policies that the config cannot say. */
  constructor(parts: ConfigParts, change: (loaded: Loaded) => Loaded = (loaded) => loaded) {
    this.site.configure(parts);
    const stateDirectory = this.site.path('state');
    const configPath = this.site.path('meridian.yaml');
    const { loaded, problems } = load({ configPath, stateDirectory, previousGeo: undefined });
    if (loaded === undefined) throw new Error(problems.map(formatProblem).join('\n'));
    this.loaded = change(loaded);
  }

  explain(name: string, type: string, client: string, health: Health = {}): Explanation {
    const told = this.tryExplain(name, type, client, health);
    if (typeof told === 'string') throw new Error(told);
    return told;
  }

  /** A string: what is wrong with the request. */
  tryExplain(name: string, type: string, client: string, health: Health = {}): Explanation | string {
    const request = readExplainRequest({ name, type, client, without: health.without, at: health.at });
    if (typeof request === 'string') return request;
    const { config } = this.loaded;
    const { nowMs = 0 } = health;
    const conditions = this.conditions(health);
    return explain(request, {
      loaded: this.loaded,
      snapshot: this.snapshot(conditions),
      ...{ nowMs, conditions },
      wordsOf: (each) => ({ ...conditionWords(config, each, probedAs(each)), ...health.words }),
      health: (pool, endpoint) => healthOf(conditions.state(pool, endpoint)),
      conditionsAt: (atMs) =>
        unheld(new ConditionsComposer(conditions, { loadOf: () => undefined }).compose(config, atMs)),
    });
  }

  private conditions({ states = {}, good = [], nowMs = 0, conditions }: Health): Conditions {
    const { config } = this.loaded;
    const nameOf = (pool: number, endpoint: number) => config.pools[pool]!.endpoints[endpoint]!.name;
    const state = (pool: number, endpoint: number) => states[nameOf(pool, endpoint)] ?? 'up';
    const wasGood = (pool: number, endpoint: number) => good.includes(nameOf(pool, endpoint));
    return { ...healthAlone(nowMs, state, wasGood), ...conditions?.(config) };
  }

  private snapshot(conditions: Conditions): SnapshotBuffers {
    const { config, image, geo, owners } = this.loaded;
    const rotation = buildRotation(config, conditions, new AnswerSlots());
    const settings = settingsOf(this.loaded, 0, 1);
    return { generation: 1, image, views: geo.maps, owners, rotation, settings };
  }
}

/** Why each endpoint is in the answer or not, by name; chosen ones behind an arrow. */
export function whys({ regions }: Explanation): Record<string, string> {
  const traces = regions.flatMap(({ endpoints }) => endpoints);
  return Object.fromEntries(traces.map(({ name, chosen, why }) => [name, chosen ? `→ ${why}` : why]));
}

function healthOf(state: EndpointState): EndpointHealth {
  return {
    state: state === 'degraded' ? 'up' : state,
    sinceMs: 0,
    lastProbeAtMs: 0,
    lastReason: state === 'down' ? 'connection refused' : undefined,
    lastDurationMs: 1,
    failures: 0,
    successes: 0,
    certificate: undefined,
  };
}

/** Probes that say of each endpoint what it counts as. */
function probedAs(conditions: Pick<Conditions, 'state'>): ProbedHealth {
  return {
    stateOf: (pool, endpoint) => ({ state: conditions.state(pool, endpoint) }),
    stateOfRegion: () => undefined,
  };
}
