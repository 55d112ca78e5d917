import type { Config, Endpoint, Pool, Region } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy-model.ts';
import { RrType } from '../../src/dns/constants.ts';
import type { GeoMap } from '../../src/geo/map.ts';
import { type IpAddress, parseAddress } from '../../src/ip/address.ts';
import { QueryContext } from '../../src/query/context.ts';
import { answerSlot, counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { type QuerySource, Transport } from '../../src/query/source.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { plainSettings } from '../../src/snapshot/settings.ts';
import { CandidateField, NodeHeader } from '../../src/steering/nodes.ts';
import { Step, Trace } from '../../src/steering/trace.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { packet, subnetOption } from '../query/packet.ts';
import { sourceOf } from '../query/world.ts';
import { wireName } from '../zone/load.ts';
import { Situation } from './situation.ts';

/** What is steered, in the terms of the model. `views` and `owners` are what policies name by index. */
export interface Scene {
  /** Regions are called r0, r1 … */
  readonly regions: number;
  /** Pools are called p0, p1 … */
  readonly pools: readonly (readonly EndpointSpec[])[];
  readonly policies: readonly Policy[];
  readonly views: readonly GeoMap[];
  readonly owners: readonly Readonly<Record<string, number>>[];
  /** What becomes of hosts: `flatten` unless told. */
  readonly hosts?: 'cname' | 'flatten';
  /** MX are steered too. */
  readonly mx?: boolean;
}

export interface EndpointSpec {
  readonly region: number;
  readonly family: 4 | 6;
  readonly weight: number;
  /** By host name alone; `family` says nothing then. */
  readonly host?: string;
}

export interface Question {
  /** Index of the policy. */
  readonly policy: number;
  readonly family?: 4 | 6;
  /** `198.51.100.0/24` */
  readonly subnet?: string;
  /** Who asks; an ordinary address unless told. */
  readonly source?: string;
  /** In front of the steered wildcard. */
  readonly label?: string;
  readonly atSeconds?: number;
}

/** An endpoint by its pool and its place in it; pool −1 is a sorry address. */
export interface Given {
  readonly pool: number;
  readonly endpoint: number;
  readonly region: number;
}

export interface Answer {
  readonly given: readonly Given[];
  readonly serving: number;
  /** Index of the policy that the serving is of; below 0 when that is a pool's. */
  readonly servingPolicy: number;
  readonly ttlSeconds: number;
  readonly scope: number;
  readonly rcode: number;
}

/** A node that steers one wildcard a policy: `<label>.y<policy>.example.` The real answers to real queries. */
export class SteeringWorld {
  readonly config: Config;
  readonly situation: Situation;
  readonly context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
  private readonly scene: Scene;
  private readonly image: SharedArrayBuffer;
  private readonly owners: readonly SharedArrayBuffer[];
  private readonly out = new Uint8Array(4096);
  private generation = 0;

  constructor(scene: Scene, situation = new Situation()) {
    this.scene = scene;
    this.situation = situation;
    this.config = configOf(scene);
    this.image = imageOf(scene.policies.length);
    this.owners = this.config.owners.map(buildOwners);
    this.publish();
  }

  /** Grows the trees anew from what the situation is now. */
  publish(): void {
    const { config, image, owners, context } = this;
    const regions = config.regions.length;
    const policyIndex = (name: string) => config.policies.findIndex((policy) => policy.name === name);
    const rotation = buildRotation(config, this.situation, {
      answers: (policy, region) => policyIndex(policy) * (regions + 1) + Number(region.slice(1)),
      refusals: (policy) => policyIndex(policy) * (regions + 1) + regions,
    });
    const generation = ++this.generation;
    context.adopt({ generation, image, views: [], owners, rotation, settings: plainSettings });
    context.decider.views = this.scene.views;
  }

  ask(question: Question): Answer {
    const source = sourceOf(question.source ?? '9.9.9.9', Transport.UDP);
    this.context.nowSeconds = question.atSeconds ?? 1_000_000;
    return this.answer(questionPacket(question), source);
  }

  /** The same, and the policies whose nodes the decision went through; below 0 those of pools. */
  askWithPath(question: Question): { answer: Answer; path: readonly number[] } {
    const { decider, rotation } = this.context;
    const trace = new Trace();
    decider.trace = trace;
    const answer = this.ask(question);
    decider.trace = undefined;
    const path = new Set<number>();
    for (let at = 0; at < 3 * trace.count; at += 3) {
      if (trace.words[at] === Step.NODE) path.add(rotation.words[trace.words[at + 1]! + NodeHeader.POLICY]!);
    }
    return { answer, path: [...path] };
  }

  /** The same to a packet that is there already. */
  answer(query: Uint8Array, source: QuerySource): Answer {
    const { context, out } = this;
    if (this.send(query, source, out) === 0) throw new Error('no answer');
    const { choice, asker, rotation } = context;
    const given = [...choice.candidates.subarray(0, choice.count)].map((at) => ({
      pool: rotation.words[at + CandidateField.POOL]!,
      endpoint: rotation.words[at + CandidateField.ENDPOINT]!,
      region: rotation.words[at + CandidateField.REGION]!,
    }));
    const { serving, servingPolicy, ttlSeconds } = asker;
    return { given, serving, servingPolicy, ttlSeconds, scope: context.scope, rcode: out[3]! & 0xf };
  }

  /** The numbers that the client of the last question has in views. */
  numbers(views: readonly GeoMap[]): number[] {
    const { family, w0, w1, w2, w3 } = this.context.asker;
    return views.map((view) => (family === 4 ? view.find4(w0) : view.find6(w0, w1, w2, w3)) >>> 8);
  }

  /** Writes the answer to `out`; returns its size. */
  send(query: Uint8Array, source: QuerySource, out: Uint8Array): number {
    return respond(query, query.length, source, this.context, out);
  }

  /** How many answers of a policy residency withheld. */
  refusals(policy: number): number {
    return this.counter(policy, this.config.regions.length);
  }

  /** How many answers of a policy began with an endpoint of a region. */
  counter(policy: number, region: number): number {
    return this.context.counters[answerSlot(policy * (this.config.regions.length + 1) + region)]!;
  }
}

export function questionPacket({ policy, family = 4, subnet, label = 'any' }: Question): Uint8Array {
  return packet({
    name: wireName(`${label}.y${policy}.example.`),
    type: family === 4 ? RrType.A : RrType.AAAA,
    ...(subnet !== undefined && { edns: { options: subnetOption(subnet) } }),
  });
}

/** The address of an endpoint: each has its own. */
export function addressOf(pool: number, endpoint: number, family: 4 | 6): IpAddress {
  return parseAddress(family === 4 ? `192.0.${pool}.${endpoint + 1}` : `2001:db8:${pool}::${endpoint + 1}`)!;
}

function configOf({ regions, pools, policies, owners, hosts = 'flatten', mx }: Scene): Config {
  const config: Pick<Config, 'regions' | 'pools' | 'policies' | 'owners' | 'steerings'> = {
    regions: Array.from(
      { length: regions },
      (_, i): Region => ({ name: `r${i}`, title: `r${i}`, latitude: 0, longitude: 10 * i, check: undefined }),
    ),
    pools: pools.map(poolOf),
    policies,
    owners: owners.map((table) => ({ owners: new Map(Object.entries(table)) })),
    steerings: policies.map((_, policy) => ({
      policy,
      ...plainSteering,
      hosts,
      mx: mx ? { answers: 2 } : undefined,
    })),
  };
  return config as Config;
}

/** A and AAAA alone. */
const plainSteering = {
  https: undefined,
  svcb: undefined,
  srv: undefined,
} as const;

function poolOf(specs: readonly EndpointSpec[], index: number): Pool {
  const endpoints = specs.map(({ region, family, weight, host }, i): Endpoint => {
    const base = { name: `e${i}`, region, weight };
    if (host !== undefined) {
      const name = wireName(host);
      return { ...base, address: undefined, host: name, probe: { address: undefined, port: undefined } };
    }
    const address = addressOf(index, i, family);
    return { ...base, address, host: undefined, probe: { address, port: undefined } };
  });
  return {
    ...{ name: `p${index}`, monitor: undefined, endpoints },
    ...{ minUp: undefined, floor: undefined, rampMs: undefined, capacities: [] },
  };
}

function imageOf(policies: number): SharedArrayBuffer {
  const apex = wireName('example.');
  const owners = Array.from({ length: policies }, (_, i) => wireName(`*.y${i}.example.`));
  const bytes = Buffer.from('$TTL 300\n@ SOA a a 1 1 1 1 1\n@ NS a\na A 192.0.2.9\n');
  const { zone } = loadZone({ apex, file: 'z', source: { bytes }, steered: owners });
  return buildImage([{ zone: zone!, steer: owners.map((owner, steering) => ({ owner, steering })) }]);
}
