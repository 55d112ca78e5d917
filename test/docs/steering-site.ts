import { formatExplanation } from '../../src/cli/explanation.ts';
import type { Config } from '../../src/config/model.ts';
import { conditionWords } from '../../src/control/condition-words.ts';
import { ConditionsComposer, unheld } from '../../src/control/conditions.ts';
import { explain } from '../../src/control/explain.ts';
import { readExplainRequest } from '../../src/control/http.ts';
import { LastGood } from '../../src/control/last-good.ts';
import type { Loaded } from '../../src/control/load.ts';
import { typeNumber } from '../../src/dns/constants.ts';
import { formatName } from '../../src/dns/names.ts';
import type { Message } from '../../src/dns/reader.ts';
import { calmMs } from '../../src/health/calm.ts';
import { type EndpointHealth, fresh } from '../../src/health/table.ts';
import type { IpAddress } from '../../src/ip/address.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import type { SnapshotBuffers } from '../../src/snapshot/buffers.ts';
import type { Conditions, EndpointState, HostAddress } from '../../src/snapshot/compile/conditions.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { plainSettings } from '../../src/snapshot/settings.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { packet, subnetOption } from '../query/packet.ts';
import { readAnswer, sourceOf } from '../query/world.ts';
import { wireName } from '../zone/load.ts';
import type { SteeringGeo } from './steering-geo.ts';

export interface SiteQuestion {
  readonly name: string;
  readonly type: string;
  /** The client's network, as its resolver tells it. */
  readonly subnet: string;
  /** Address of the resolver. */
  readonly resolver: string;
}

/** A node from a config: the real views, the real conditions above health and the real answers, under a clock of ours. */
export class SteeringSite {
  readonly config: Config;
  nowMs: number;
  private readonly context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
  private readonly loaded: Loaded;
  private snapshot: SnapshotBuffers;
  private conditions: Conditions;
  private readonly states = new Map<string, EndpointState>();
  private readonly hosts = new Map<string, readonly IpAddress[]>();
  private readonly lastGood = new LastGood();
  private readonly composer: ConditionsComposer;
  private readonly out = new Uint8Array(limits.tcpMessageBytes);
  private generation = 0;

  constructor(config: Config, geo: SteeringGeo, nowMs: number) {
    this.config = config;
    this.nowMs = nowMs;
    this.loaded = {
      ...{ config, image: imageOf(config), owners: config.owners.map(buildOwners), cookieSecrets: [] },
      geo: {
        ...{ maps: geo.viewsOf(config), databases: geo.databases, madeFor: '' },
        ...{ files: [], warnings: [], findings: [] },
      },
    };
    const { lastGood } = this;
    this.composer = new ConditionsComposer(
      {
        state: (pool, endpoint) => this.stateOf(pool, endpoint),
        wasGood: (pool, endpoint) => lastGood.has(config, pool, endpoint),
        calmMs: (pool, endpoint) => this.calmOf(pool, endpoint),
        hostAddresses: (pool, endpoint) => this.addressesOf(pool, endpoint),
      },
      { loadOf: () => undefined },
    );
    this.conditions = this.compose();
    this.snapshot = this.snapshotUnder(this.conditions);
    this.context.adopt(this.snapshot);
  }

  /** Names of all endpoints, whatever the pool. */
  get endpoints(): string[] {
    return this.config.pools.flatMap(({ endpoints }) => endpoints.map(({ name }) => name));
  }

  /** By names of endpoints. */
  setStates(names: readonly string[], state: EndpointState): void {
    for (const name of names) {
      if (!this.endpoints.includes(name)) throw new Error(`no endpoint ${name}`);
      this.states.set(name, state);
    }
    this.publish();
  }

  setHost(host: string, addresses: readonly IpAddress[]): void {
    this.hosts.set(`${host}.`, addresses);
    this.publish();
  }

  setTime(nowMs: number): void {
    this.nowMs = nowMs;
    this.publish();
  }

  ask({ name, type, subnet, resolver }: SiteQuestion): Message {
    const query = packet({
      name: wireName(`${name}.`),
      type: typeNumber(type)!,
      edns: { options: subnetOption(subnet) },
    });
    const { context, out } = this;
    context.nowSeconds = Math.floor(this.nowMs / 1_000);
    const length = respond(query, query.length, sourceOf(resolver, Transport.TCP), context, out);
    return readAnswer(out.slice(0, length));
  }

  /** What `meridian explain` prints for a resolver that is where the client is. */
  explain({ name, type, subnet }: SiteQuestion): string {
    const request = readExplainRequest({ name, type, client: subnet, without: undefined });
    if (typeof request === 'string') throw new Error(request);
    const { config, loaded, snapshot, conditions, nowMs } = this;
    const told = explain(request, {
      ...{
        loaded,
        snapshot,
        conditions,
        nowMs,
        wordsOf: () =>
          conditionWords(config, conditions, {
            stateOf: (pool, endpoint) => this.healthOf(pool, endpoint),
            stateOfRegion: () => undefined,
          }),
      },
      health: (pool, endpoint) => this.healthOf(pool, endpoint),
      conditionsAt: () => conditions,
    });
    if (typeof told === 'string') throw new Error(told);
    return formatExplanation(told);
  }

  /** Takes what is now into the answers. */
  private publish(): void {
    this.conditions = this.compose();
    this.snapshot = this.snapshotUnder(this.conditions);
    this.context.adopt(this.snapshot);
  }

  private compose(): Conditions {
    const { config, nowMs } = this;
    this.lastGood.observe(config, (pool, endpoint) => this.stateOf(pool, endpoint));
    return unheld(this.composer.compose(config, nowMs));
  }

  private snapshotUnder(conditions: Conditions): SnapshotBuffers {
    const { config, image, geo, owners } = this.loaded;
    const rotation = buildRotation(config, conditions, { answers: () => 0, refusals: () => 0 });
    const generation = ++this.generation;
    return { generation, image, views: geo.maps, owners, rotation, settings: plainSettings };
  }

  private stateOf(pool: number, endpoint: number): EndpointState {
    return this.states.get(this.config.pools[pool]!.endpoints[endpoint]!.name) ?? 'up';
  }

  private addressesOf(pool: number, endpoint: number): HostAddress[] {
    const { host } = this.config.pools[pool]!.endpoints[endpoint]!;
    const addresses = host === undefined ? [] : (this.hosts.get(formatName(host)) ?? []);
    return addresses.map((address) => ({ address, ttlSeconds: 60 }));
  }

  private calmOf(pool: number, endpoint: number): number | undefined {
    return calmMs(this.healthOf(pool, endpoint), this.config.pools[pool]!.monitor);
  }

  private healthOf(pool: number, endpoint: number): EndpointHealth {
    const state = this.stateOf(pool, endpoint);
    // One that is degraded answers its probes.
    return fresh(state === 'degraded' ? 'up' : state, this.nowMs);
  }
}

function imageOf(config: Config): SharedArrayBuffer {
  return buildImage(
    config.zones.map(({ apex, source, steer }) => {
      if ('file' in source) throw new Error('examples have their records in the config');
      const { zone } = loadZone({ apex, file: '', source, steered: steer.map(({ owner }) => owner) });
      return { zone: zone!, steer };
    }),
  );
}
