import type { Config } from '../../src/config/model.ts';
import { ConditionsComposer } from '../../src/control/conditions.ts';
import { LastGood } from '../../src/control/last-good.ts';
import { typeNumber } from '../../src/dns/constants.ts';
import { formatName } from '../../src/dns/names.ts';
import type { Message } from '../../src/dns/reader.ts';
import type { WalkSource } from '../../src/geo/walk.ts';
import { calmMs } from '../../src/health/calm.ts';
import { fresh } from '../../src/health/table.ts';
import type { IpAddress } from '../../src/ip/address.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import type { EndpointState, HostAddress } from '../../src/snapshot/compile/conditions.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { plainSettings } from '../../src/snapshot/settings.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { packet, subnetOption } from '../query/packet.ts';
import { readAnswer, sourceOf } from '../query/world.ts';
import { wireName } from '../zone/load.ts';
import { viewsOf } from './steering-geo.ts';

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
  private readonly image: SharedArrayBuffer;
  private readonly views: readonly SharedArrayBuffer[];
  private readonly owners: readonly SharedArrayBuffer[];
  private readonly states = new Map<string, EndpointState>();
  private readonly hosts = new Map<string, readonly IpAddress[]>();
  private readonly lastGood = new LastGood();
  private readonly composer: ConditionsComposer;
  private readonly out = new Uint8Array(limits.tcpMessageBytes);
  private generation = 0;

  constructor(config: Config, sources: readonly WalkSource[], nowMs: number) {
    this.config = config;
    this.nowMs = nowMs;
    this.image = imageOf(config);
    this.views = viewsOf(config, sources);
    this.owners = config.owners.map(buildOwners);
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
    this.publish();
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

  private publish(): void {
    const { config, image, views, owners } = this;
    this.lastGood.observe(config, (pool, endpoint) => this.stateOf(pool, endpoint));
    const conditions = this.composer.compose(config, this.nowMs);
    const rotation = buildRotation(config, conditions, { answers: () => 0, refusals: () => 0 });
    const generation = ++this.generation;
    this.context.adopt({ generation, image, views, owners, rotation, settings: plainSettings });
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
    const state = this.stateOf(pool, endpoint);
    // One that is degraded answers its probes.
    const health = fresh(state === 'degraded' ? 'up' : state, this.nowMs);
    return calmMs(health, this.config.pools[pool]!.monitor);
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
