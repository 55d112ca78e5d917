import { formatAddress } from '../src/ip/address.ts';
import { Random } from '../src/runtime/random.ts';
import type { Conditions } from '../src/snapshot/compile/conditions.ts';
import { WorldClock } from './clock.ts';
import { Disk } from './disk.ts';
import { Gatekeeper } from './fence.ts';
import { ControlPlane } from './node.ts';
import { Resolvers, Worker } from './resolvers.ts';
import * as site from './site.ts';
import { Weather } from './weather.ts';

export interface Result {
  readonly seed: number;
  /** The promise that broke; undefined: none. */
  readonly failure: string | undefined;
  readonly timeline: readonly string[];
  /** Changes of the database's owner that clients saw. */
  readonly moves: number;
}

const WORLD_MS = 600_000;
/** Coalescing, publication, and what the machine takes. */
const SLACK_MS = 500;
/** A reading holds for so long, is missed at the next, and a client asks soon after. */
const GATE_MEMORY_MS = site.LAG_KEEP_MS + 10_000;

/** Ten minutes of one world: a node, its endpoints, its clients, and what a seed makes happen to them. */
export async function simulate(seed: number): Promise<Result> {
  const world = new World(seed);
  await world.run();
  const { failure, timeline, moves } = world;
  return { seed, failure, timeline, moves };
}

const workers = [new Worker(), new Worker()];

class World {
  failure: string | undefined;
  moves = 0;
  readonly timeline: string[] = [];
  private readonly clock = new WorldClock();
  private readonly random: Random;
  private readonly weather: Weather;
  private readonly disk: Disk;
  private readonly gatekeeper: Gatekeeper;
  private readonly fenced: boolean;
  private readonly config: ReturnType<typeof site.siteOf>;
  private readonly database: Resolvers;
  private readonly web: Resolvers;
  private node: ControlPlane | undefined;
  private upSinceMs = 0;
  private floorHeld = false;
  private lastOwner: number | undefined;

  constructor(seed: number) {
    this.random = new Random(Math.imul(seed + 1, 0x9e3779b1));
    const { clock, random } = this;
    this.weather = new Weather(clock, random);
    this.disk = new Disk(clock, random);
    this.gatekeeper = new Gatekeeper(clock, random);
    this.fenced = random.below(2) === 0;
    const fence = { hook: { url: 'http://fence' }, timeoutMs: 1_000, giveUpMs: undefined };
    this.config = site.siteOf({ marginMs: 1_000, fence: this.fenced ? fence : undefined });
    this.database = new Resolvers(12, random);
    this.web = new Resolvers(6, random);
    this.weather.loss = random.below(3) * 0.05;
    this.weather.latencyMs = 5 + random.below(300);
    for (const name of site.regionNames) this.weather.lags.set(name, random.below(40));
  }

  async run(): Promise<void> {
    const untilMs = this.clock.monotonicMs() + WORLD_MS;
    this.boot();
    this.later(3_000, 8_000, () => this.happen());
    this.later(100, 1_000, () => this.ask());
    await this.clock.run(untilMs, () => this.failure === undefined);
    this.node?.stop();
  }

  /** Calls `then` now and again, a random time apart. */
  private later(fromMs: number, toMs: number, act: () => void): void {
    const waitMs = fromMs + this.random.below(toMs - fromMs);
    this.clock.setTimer(() => {
      act();
      this.later(fromMs, toMs, act);
    }, waitMs);
  }

  private boot(): void {
    const { clock, random, weather, disk, config } = this;
    for (const worker of workers) worker.forget();
    const node: ControlPlane = new ControlPlane({
      ...{ config, clock, random, weather },
      store: disk.open(() => this.node === node),
      callFence: this.gatekeeper.call,
      oldestInUse: () => Math.min(...workers.map(({ generation }) => generation)),
      log: {
        info: (_: unknown, text?: string) => this.note(`log: ${text}`),
        warn: (_: unknown, text?: string) => this.note(`log: ${text}`),
        error: (_: unknown, text?: string) => this.note(`log: ${text}`),
      } as ConstructorParameters<typeof ControlPlane>[0]['log'],
      publish: (snapshot, conditions) => {
        this.checkFloor(conditions);
        for (const worker of workers)
          clock.setTimer(() => {
            if (this.node === node) worker.adopt(snapshot);
          }, random.below(200));
      },
    });
    this.node = node;
    this.upSinceMs = clock.monotonicMs();
    this.floorHeld = false;
    void node.start([]);
  }

  private happen(): void {
    const { random, weather } = this;
    const kind = random.below(20);
    if (kind < 5) this.turn(random.below(2) === 0 ? 'refuses' : 'silent');
    else if (kind < 10) this.turn('well');
    else if (kind < 15) {
      const name = site.regionNames[random.below(3)]!;
      const lag = random.below(6) === 0 ? undefined : random.below(45);
      weather.lags.set(name, lag);
      this.note(`the lag of ${name} is ${lag ?? 'not to be read'}`);
    } else if (kind < 16) {
      this.disk.failing = !this.disk.failing;
      this.note(`writes ${this.disk.failing ? 'fail' : 'succeed'}`);
    } else if (kind < 17) {
      this.gatekeeper.failing = !this.gatekeeper.failing;
      this.note(`the fence is ${this.gatekeeper.failing ? 'lost now and then' : 'there'}`);
    } else if (kind < 18) {
      const jumpMs = (random.below(7_200) - 3_600) * 1_000;
      this.clock.wallOffsetMs += jumpMs;
      this.note(`the wall clock jumps by ${jumpMs / 1_000} s`);
    } else this.restart();
  }

  /** One endpoint, or all of a region. */
  private turn(behaviour: 'well' | 'refuses' | 'silent'): void {
    const region = this.random.below(3);
    const all = this.random.below(3) === 0;
    const addresses = this.config.pools.flatMap((pool) =>
      pool.endpoints
        .filter((endpoint) => endpoint.region === region)
        .map(({ address }) => formatAddress(address!)),
    );
    const hit = all ? addresses : [addresses[this.random.below(2) * this.random.below(addresses.length)]!];
    for (const address of hit) this.weather.set(address, behaviour);
    this.note(`${hit.join(', ')} in ${site.regionNames[region]}: ${behaviour}`);
  }

  private restart(): void {
    this.node?.stop();
    this.node = undefined;
    const isWiped = this.random.below(4) === 0;
    if (isWiped) this.disk.wipe();
    const downMs = this.random.below(30_000);
    this.note(`the node crashes for ${downMs} ms${isWiped ? ', its state directory is lost' : ''}`);
    this.clock.setTimer(() => {
      if (this.node === undefined) this.boot();
    }, downMs);
  }

  private ask(): void {
    const nowMs = this.clock.monotonicMs();
    this.checkHealth(nowMs);
    const worker = this.node && workers[this.random.below(workers.length)];
    const asked = (policy: number) => (client: number) =>
      worker === undefined || worker.generation === 0
        ? undefined
        : worker.ask(policy, client, this.clock.now());
    const told = this.database.tick(nowMs, asked(site.DB));
    if (told !== undefined) this.checkOwner(told.region, nowMs);
    const resident = this.web.tick(nowMs, asked(site.RESIDENT));
    if (resident?.region === 2) this.fail('residency: a client was led to region c');
    asked(site.WEB)(0);
  }

  /** No two owners in any caches at one time, and none that the fence has shut out. */
  private checkOwner(region: number, nowMs: number): void {
    const name = site.regionNames[region]!;
    const held = this.database.held(nowMs);
    if (held.size > 1)
      this.fail(`single writer: caches hold ${[...held].map((one) => site.regionNames[one]).join(' and ')}`);
    if (this.fenced && this.gatekeeper.owner !== name)
      this.fail(`fence: ${name} is answered, and ${this.gatekeeper.owner} is let in`);
    if (region === this.lastOwner) return;
    this.checkGate(name, nowMs);
    this.note(`clients see ${name}`);
    if (this.lastOwner !== undefined) this.moves++;
    this.lastOwner = region;
  }

  /** Who takes over was caught up: when it is seen first, a reading that says so holds, or did a moment ago. */
  private checkGate(name: string, nowMs: number): void {
    // One that was committed before a restart may be seen long after.
    if (nowMs - this.upSinceMs < GATE_MEMORY_MS) return;
    const agoMs = nowMs - (this.weather.caughtUpMs.get(name) ?? Number.NEGATIVE_INFINITY);
    if (agoMs > GATE_MEMORY_MS) this.fail(`gate: ${name} took over, and was last caught up ${agoMs} ms ago`);
  }

  private checkHealth(nowMs: number): void {
    const { node, weather } = this;
    if (node === undefined || workers.some(({ generation }) => generation === 0)) return;
    for (const [p, pool] of this.config.pools.entries()) {
      for (const [e, { address, name }] of pool.endpoints.entries()) {
        const place = weather.at(formatAddress(address!));
        const { state } = node.health.stateOf(p, e);
        const sinceMs = Math.max(place.sinceMs, this.upSinceMs);
        if (place.behaviour !== 'well' && state === 'up' && nowMs - sinceMs > site.DETECT_MS + SLACK_MS)
          this.fail(`detection: ${pool.name}/${name} is dead for ${nowMs - sinceMs} ms and still up`);
        if (!place.hurt && state === 'down')
          this.fail(`noise: ${pool.name}/${name} was always well and is down`);
      }
    }
  }

  /** Once enough regions were in, automation leaves as many. */
  private checkFloor(conditions: Conditions): void {
    const { endpoints } = this.config.pools[site.WEB]!;
    const inRegions = new Set(
      endpoints.flatMap(({ region }, e) => (conditions.state(site.WEB, e) === 'down' ? [] : [region])),
    );
    const isMet = inRegions.size >= site.FLOOR_REGIONS;
    if (this.floorHeld && !isMet) this.fail(`floor: ${inRegions.size} regions are left`);
    this.floorHeld ||= isMet;
  }

  private note(text: string): void {
    this.timeline.push(`${((this.clock.monotonicMs() - 5_000) / 1_000).toFixed(3).padStart(8)} s  ${text}`);
  }

  private fail(text: string): void {
    this.failure ??= text;
    this.note(`FAILED: ${text}`);
  }
}
