import { basename } from 'node:path';
import { expect } from 'vitest';
import type { Config } from '../../src/config/model.ts';
import { Flag, typeNumber } from '../../src/dns/constants.ts';
import { formatName } from '../../src/dns/names.ts';
import { type Message, readMessage } from '../../src/dns/reader.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { QueryContext } from '../../src/query/context.ts';
import {
  answerSlot,
  countedRcodes,
  countedTransports,
  countedTypes,
  counterBytes,
  dropReasons,
  dropSlot,
  limitActions,
  limitSlot,
  querySlot,
} from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { QuerySource, Transport } from '../../src/query/source.ts';
import { limits } from '../../src/runtime/limits.ts';
import { formatProblem } from '../../src/runtime/problem.ts';
import { type EndpointState, healthAlone } from '../../src/snapshot/compile/conditions.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildOwners } from '../../src/snapshot/compile/owner-table.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { buildSettings } from '../../src/snapshot/compile/settings-builder.ts';
import type { Settings } from '../../src/snapshot/settings.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { configOf } from '../config/load-text.ts';
import { wireName } from '../zone/load.ts';
import { mapOf } from './geo.ts';
import { packet, subnetOption } from './packet.ts';
import { say } from './say.ts';

export interface WorldInput {
  /** A config file. Without `zones` in it every zone of `zones` is served. */
  readonly config?: string;
  /** Master files by name; the name is that of the zone where the config does not say otherwise. */
  readonly zones: Readonly<Record<string, string>>;
  /** Networks and the region in which they are. */
  readonly networks?: Readonly<Record<string, string>>;
  readonly cookieSecrets?: readonly Uint8Array[];
  readonly geoStale?: boolean;
  readonly seed?: number;
}

export interface AskOptions {
  /** `198.51.100.0/24`; makes the query one with EDNS. */
  readonly subnet?: string;
  /** Who asks; 192.0.2.53 by default. */
  readonly source?: string;
  readonly transport?: Transport;
  /** Requestor's payload size; a query without EDNS when it is left out and there is no subnet. */
  readonly udpBytes?: number;
}

/** Stands behind the largest answer and must stay there. */
const CANARY = 0xa5;

/** A whole node without sockets and clocks: config, zones, networks and health in, answers out. */
export class World {
  readonly config: Config;
  readonly context: QueryContext;
  private readonly image: SharedArrayBuffer;
  private readonly views: readonly SharedArrayBuffer[];
  private readonly owners: readonly SharedArrayBuffer[];
  private settings: Settings;
  private readonly states = new Map<string, EndpointState>();
  private readonly good = new Map<string, boolean>();
  private readonly counterNames: string[] = [];
  private generation = 0;

  constructor(input: WorldInput) {
    this.config = readConfig(input);
    this.image = buildImage(readZones(this.config, input.zones));
    const map = mapOf(this.config, input.networks ?? {});
    this.views = this.config.views.map(() => map);
    this.owners = this.config.owners.map(buildOwners);
    const counters = new SharedArrayBuffer(counterBytes);
    this.context = new QueryContext(counters, input.seed ?? 1);
    const { cookieSecrets = [], geoStale = false } = input;
    this.settings = buildSettings(this.config, cookieSecrets, geoStale, 1);
    this.publish();
  }

  /** Sets the state of endpoints, `pool/endpoint` each, and publishes. */
  set(states: Readonly<Record<string, EndpointState>>): void {
    for (const [key, state] of Object.entries(states)) this.states.set(key, state);
    this.publish();
  }

  /** Says which endpoints were among the last that were up, and publishes. */
  remember(good: Readonly<Record<string, boolean>>): void {
    for (const [key, was] of Object.entries(good)) this.good.set(key, was);
    this.publish();
  }

  /** Takes other settings into use, and publishes. */
  configure(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change, version: this.settings.version + 1 };
    this.publish();
  }

  /** The answer to a proper question; the answer must be a message that echoes it. */
  ask(name: string, type = 'A', options: AskOptions = {}): Message {
    const wire = wireName(name.endsWith('.') ? name : `${name}.`);
    const number = typeNumber(type)!;
    const edns = options.subnet !== undefined || options.udpBytes !== undefined;
    const query = packet({
      name: wire,
      type: number,
      ...(edns && {
        edns: {
          udpBytes: options.udpBytes ?? 1232,
          options: options.subnet === undefined ? [] : subnetOption(options.subnet),
        },
      }),
    });
    const message = readAnswer(this.send(query, options.source, options.transport));
    expect(message.id).toBe(0x1234);
    expect(message.question).toEqual({ name: wire, type: number, class: 1 });
    expect(message.edns !== undefined).toBe(edns);
    expect(message.edns?.subnet !== undefined).toBe(options.subnet !== undefined);
    return message;
  }

  /** The answer as lines (`say`). */
  say(name: string, type = 'A', options: AskOptions = {}): string[] {
    return say(this.ask(name, type, options));
  }

  /** The answer to any bytes, undefined when there is none. Checks that nothing behind its bound was written. */
  send(query: Uint8Array, from = '192.0.2.53', transport: Transport = Transport.UDP): Uint8Array | undefined {
    const udp = transport === Transport.UDP;
    const out = new Uint8Array(udp ? limits.udpSlotBytes : limits.tcpMessageBytes).fill(CANARY);
    const length = respond(query, query.length, sourceOf(from, transport), this.context, out);
    const bound = udp ? this.context.settings.udpAnswerBytes : out.length;
    expect(length).toBeLessThanOrEqual(bound);
    expect(out.subarray(bound).every((byte) => byte === CANARY)).toBe(true);
    return length === 0 ? undefined : out.slice(0, length);
  }

  /** Counters that are not zero: `udp A NOERROR`, `dropped short`, `limited slip`, `app us-east`. */
  counters(): Record<string, number> {
    const slots: [string, number][] = dropReasons.map((reason) => [`dropped ${reason}`, dropSlot(reason)]);
    for (const action of limitActions) slots.push([`limited ${action}`, limitSlot(action)]);
    for (const [t, transport] of countedTransports.entries())
      for (const [y, type] of countedTypes.entries())
        for (const [r, rcode] of countedRcodes.entries())
          slots.push([`${transport} ${type} ${rcode}`, querySlot(t, y, r)]);
    for (const [slot, name] of this.counterNames.entries()) slots.push([name, answerSlot(slot)]);
    const { counters } = this.context;
    return Object.fromEntries(
      slots.map(([name, slot]) => [name, counters[slot]!] as const).filter((entry) => entry[1] !== 0),
    );
  }

  private publish(): void {
    const key = (pool: number, endpoint: number) => {
      const { name, endpoints } = this.config.pools[pool]!;
      return `${name}/${endpoints[endpoint]!.name}`;
    };
    const conditions = healthAlone(
      0,
      (pool, endpoint) => this.states.get(key(pool, endpoint)) ?? 'up',
      (pool, endpoint) => this.good.get(key(pool, endpoint)) ?? false,
    );
    const rotation = buildRotation(this.config, conditions, {
      answers: (policy, region) => this.counterSlot(`${policy} ${region}`),
      refusals: (policy) => this.counterSlot(`${policy} refused`),
    });
    const { image, views, owners, settings } = this;
    this.context.adopt({ generation: ++this.generation, image, views, owners, rotation, settings });
  }

  private counterSlot(name: string): number {
    const known = this.counterNames.indexOf(name);
    return known >= 0 ? known : this.counterNames.push(name) - 1;
  }
}

/** The message in an answer, which must be one. */
export function readAnswer(bytes: Uint8Array | undefined): Message {
  if (bytes === undefined) throw new Error('no answer');
  const message = readMessage(bytes);
  if (message === undefined) throw new Error(`malformed: ${Buffer.from(bytes).toString('hex')}`);
  expect(message.flags & Flag.QR).toBe(Flag.QR);
  return message;
}

export function sourceOf(text: string, transport: Transport): QuerySource {
  const address = parseAddress(text)!;
  const view = new DataView(address.bytes.buffer);
  const source = new QuerySource();
  source.family = address.family;
  source.transport = transport;
  source.w0 = view.getUint32(0);
  if (address.family === 6) {
    source.w1 = view.getUint32(4);
    source.w2 = view.getUint32(8);
    source.w3 = view.getUint32(12);
  }
  return source;
}

function readConfig({ config = '', zones }: WorldInput): Config {
  if (/^zones:/m.test(config)) return configOf(config);
  const served = Object.keys(zones).map((name) => `  - { name: ${JSON.stringify(name)}, file: z/${name} }`);
  return configOf(`${config}\nzones:\n${served.join('\n')}\n`);
}

function readZones(config: Config, files: Readonly<Record<string, string>>) {
  return config.zones.map(({ apex, source, steer }) => {
    const file = 'file' in source ? basename(source.file) : '';
    const text = files[file] ?? files[formatName(apex)];
    const input = 'file' in source ? { bytes: Buffer.from(text!, 'latin1') } : source;
    const steered = steer.map(({ owner }) => owner);
    const { zone, problems } = loadZone({ apex, file, source: input, steered });
    if (zone === undefined) throw new Error(problems.map(formatProblem).join('\n'));
    return { zone, steer };
  });
}
