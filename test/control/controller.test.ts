import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Controller, type ControllerParts } from '../../src/control/controller.ts';
import type { Loaded, LoadOutcome } from '../../src/control/load.ts';
import type { News } from '../../src/control/timeline/event.ts';
import { Narrator } from '../../src/control/timeline/narrator.ts';
import { emptyGeoMap } from '../../src/geo/map.ts';
import type { HealthChange } from '../../src/health/table.ts';
import { createMetrics } from '../../src/metrics/registry.ts';
import { Random } from '../../src/runtime/random.ts';
import type { SnapshotBuffers } from '../../src/snapshot/buffers.ts';
import { emptyImage } from '../../src/snapshot/image.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';
import { Responder } from './responders.ts';
import { until } from './until.ts';

/** A load whose one pool has these endpoints. */
function loadOf(...endpoints: string[]): Loaded {
  return loadWith('', ...endpoints);
}

/** The same with more keys of the pool. */
function loadWith(keys: string, ...endpoints: string[]): Loaded {
  const list = endpoints.map((name, i) => `{ name: ${name}, region: here, address: 192.0.2.${i + 1} }`);
  const config = configOf(`
regions: { here: { location: [1, 2] } }
monitors: { web: { type: http } }
pools: { app: { monitor: web, endpoints: [${list}]${keys} } }
policies: { app: { type: nearest, pool: app } }
zones: [{ name: example.com, file: example.zone, steer: { app: app } }]
`);
  const geo = {
    ...{ maps: [emptyGeoMap(1)], databases: [], madeFor: '', files: [], warnings: [], findings: [] },
  };
  return { config, image: emptyImage(), geo, owners: [], cookieSecrets: [] };
}

const outcomeOf = (loaded: Loaded | undefined): LoadOutcome => ({
  loaded,
  problems: [],
  omitted: 0,
  geoFailed: false,
  geoKept: false,
  files: [{ path: '/meridian.yaml', signature: '1' }],
});

/** A controller whose surroundings are in the hands of the test. */
class Bench {
  readonly clock = new FakeClock();
  readonly metrics = createMetrics();
  readonly published: SnapshotBuffers[] = [];
  readonly watched: boolean[] = [];
  readonly news: News[] = [];
  /** Endpoints that the health checker knows, in the order of its config. */
  known: readonly string[] = [];
  down = new Set<string>();
  next: () => Promise<LoadOutcome> = () => Promise.reject(new Error('no load is expected'));
  prepare: ControllerParts['prepare'] = () => Promise.resolve();
  publishFault: Error | undefined;
  /** How long a publication takes; the controller's clock is late by all of them. */
  publishMs = 0;
  private lateMs = 0;
  /** The oldest generation that a worker still answers from. */
  oldestInUse = 0;
  /** What each load was offered to write over. */
  readonly offered: (SharedArrayBuffer | undefined)[] = [];
  readonly controller: Controller;

  constructor() {
    const health = {
      update: (config: Loaded['config']) => this.know(config),
      stateOfRegion: () => undefined,
      self: () => ({ kind: 'well' }),
      stateOf: (_: number, endpoint: number) => {
        const name = this.known[endpoint];
        if (name === undefined) throw new Error(`health knows no endpoint ${endpoint}`);
        return { state: this.down.has(name) ? 'down' : 'up' };
      },
    };
    this.controller = new Controller({
      random: new Random(1),
      configPath: '/meridian.yaml',
      stateDirectory: '/state',
      clock: {
        now: () => this.clock.now(),
        monotonicMs: () => this.clock.monotonicMs() + this.lateMs,
        setTimer: (callback, delayMs) => this.clock.setTimer(callback, delayMs),
      },
      log: pino({ level: 'silent' }),
      metrics: this.metrics,
      narrator: new Narrator({ clock: this.clock, record: (news) => this.news.push(news) }),
      health: health as unknown as ControllerParts['health'],
      load: (request) => {
        this.offered.push(request.spareImage);
        return this.next();
      },
      prepare: (loaded, now) => this.prepare(loaded, now),
      publish: (snapshot) => {
        if (this.publishFault !== undefined) throw this.publishFault;
        this.lateMs += this.publishMs;
        this.published.push(snapshot);
      },
      oldestInUse: () => this.oldestInUse,
      watch: (_, inUse) => this.watched.push(inUse),
    });
  }

  async begin(loaded: Loaded): Promise<void> {
    this.know(loaded.config);
    await this.controller.begin(loaded, []);
  }

  fall(endpoint: string): void {
    this.down.add(endpoint);
    const change = { pool: 'app', endpoint, from: 'up', to: 'down', at: 0, firstFailureAt: 0 };
    this.controller.healthChanged({ ...change, reason: 'refused' } as HealthChange);
  }

  private know(config: Loaded['config']): void {
    this.known = config.pools[0]!.endpoints.map(({ name }) => name);
  }
}

const newest = (bench: Bench): SnapshotBuffers => bench.published.at(-1)!;

describe('a change of health', () => {
  it('publishes a new rotation and nothing else', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a', 'b'));
    const before = newest(bench);
    bench.fall('a');
    await bench.clock.advance(50);
    const after = newest(bench);
    expect(after.generation).toBeGreaterThan(before.generation);
    expect(after.image).toBe(before.image);
    expect(after.views).toEqual(before.views);
    expect(after.rotation).not.toBe(before.rotation);
  });

  it('waits a moment for others, so that many cost one publication', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a', 'b', 'c'));
    const count = bench.published.length;
    for (const endpoint of ['a', 'b', 'c']) bench.fall(endpoint);
    expect(bench.published.length).toBe(count);
    await bench.clock.advance(50);
    expect(bench.published.length).toBe(count + 1);
    const page = await bench.metrics.registry.metrics();
    expect(page).toContain('meridian_failover_seconds_count{pool="app"} 3');
  });

  it.each([
    ['twice as long as the last publication took', 100, 200],
    ['no longer than a second', 5_000, 1_000],
  ])('waits %s', async (_, publishMs, waitMs) => {
    const bench = new Bench();
    bench.publishMs = publishMs;
    await bench.begin(loadOf('a', 'b'));
    bench.fall('a');
    await bench.clock.advance(waitMs - 1);
    expect(bench.published.length).toBe(1);
    await bench.clock.advance(1);
    expect(bench.published.length).toBe(2);
  });

  it('that comes while sockets change is published by the config in use', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a', 'b'));
    bench.next = async () => outcomeOf(loadOf('b'));
    const opened = deferred<void>();
    bench.prepare = () => opened.promise;
    const reloaded = bench.controller.reload('test');
    await new Promise(setImmediate);
    bench.fall('a');
    await bench.clock.advance(50);
    expect(bench.known).toEqual(['a', 'b']);
    expect(await bench.metrics.registry.metrics()).toContain('publishes_total{result="failure"} 0');
    opened.resolve();
    expect(await reloaded).toBe(true);
    expect(bench.known).toEqual(['b']);
  });
});

describe('a reading of a load', () => {
  it('publishes only what it changes', async () => {
    let answer: number | 'broken' = 10;
    const responder = await new Responder((response) =>
      response.end(JSON.stringify({ load: answer })),
    ).start();
    const bench = new Bench();
    try {
      const load = `{ json: "http://127.0.0.1:${responder.port}/", path: load, every: 10s, keep: 60s }`;
      await bench.begin(loadWith(`, capacity: { here: { capacity: 100, load: ${load} } }`, 'a', 'b'));
      const { loads } = bench.controller.conditions;
      const lastReading = () =>
        JSON.stringify([loads.reports()[0]!.load?.reading, loads.reports()[0]!.error]);
      /** Publications by this answer: the first reading may still be of the one before. */
      const publishedBy = async (next: number | 'broken', wanted: string): Promise<number> => {
        answer = next;
        const count = bench.published.length;
        await until(async () => {
          await bench.clock.advance(500);
          return new RegExp(wanted).test(lastReading());
        });
        await bench.clock.advance(50);
        return bench.published.length - count;
      };
      expect(await publishedBy(10, '^.2,')).toBe(0);
      expect(await publishedBy('broken', '"')).toBe(0);
      expect(await publishedBy(20, '^.[45],null')).toBe(0);
      expect(await publishedBy(150, '^.6,')).toBeGreaterThan(0);
    } finally {
      await bench.controller.stop();
      await responder.stop();
    }
  });
});

describe('a reload', () => {
  it('asked for while one is under way runs once more behind it', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a'));
    const first = deferred<LoadOutcome>();
    const outcomes = [first.promise, Promise.resolve(outcomeOf(loadOf('a', 'b')))];
    let loads = 0;
    bench.next = () => outcomes[loads++]!;
    const reloads = [1, 2, 3].map(() => bench.controller.reload('test'));
    first.resolve(outcomeOf(undefined));
    expect(await Promise.all(reloads)).toEqual([true, true, true]);
    expect(loads).toBe(2);
    expect(bench.watched).toEqual([true, false, true]);
  });

  it.each([
    ['finds problems', (bench: Bench) => (bench.next = async () => outcomeOf(undefined))],
    ['ends in a fault', (bench: Bench) => (bench.next = () => Promise.reject(new Error('no memory')))],
    [
      'cannot have its sockets',
      (bench: Bench) => {
        bench.next = async () => outcomeOf(loadOf('z'));
        bench.prepare = () => Promise.reject(new Error('address already in use'));
      },
    ],
  ])('that %s leaves all as it was', async (_, spoil) => {
    const bench = new Bench();
    await bench.begin(loadOf('a'));
    const [before, loaded] = [newest(bench), bench.controller.loaded];
    spoil(bench);
    expect(await bench.controller.reload('test')).toBe(false);
    expect(newest(bench)).toBe(before);
    expect(bench.controller.loaded).toBe(loaded);
    expect(bench.known).toEqual(['a']);
    expect(await bench.metrics.registry.metrics()).toContain('reloads_total{result="failure"} 1');
  });

  it('that is under way at the stop publishes nothing and does not outlive it', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a'));
    const count = bench.published.length;
    const opened = deferred<void>();
    bench.next = async () => outcomeOf(loadOf('a', 'b'));
    bench.prepare = () => opened.promise;
    const reloaded = bench.controller.reload('test');
    await new Promise(setImmediate);
    const stopped = bench.controller.stop();
    opened.resolve();
    await stopped;
    expect(await reloaded).toBe(false);
    expect(bench.published.length).toBe(count);
  });
});

describe('a publication that fails', () => {
  it('is counted, and tried again soon', async () => {
    const bench = new Bench();
    await bench.begin(loadOf('a', 'b'));
    bench.publishFault = new Error('no memory');
    bench.fall('a');
    await bench.clock.advance(50);
    expect(await bench.metrics.registry.metrics()).toContain('publishes_total{result="failure"} 1');
    bench.publishFault = undefined;
    await bench.clock.advance(1_000);
    const page = await bench.metrics.registry.metrics();
    // The failover of `a` took until it was published, too.
    expect(page).toContain('meridian_failover_seconds_bucket{le="5",pool="app"} 0');
    expect(page).toContain('meridian_failover_seconds_bucket{le="7.5",pool="app"} 1');
  });
});

function deferred<T>(): { readonly promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('the image before the last', () => {
  const images = [1, 2, 3].map(() => new SharedArrayBuffer(8));
  const load = (i: number): Loaded => ({ ...loadOf('a'), image: images[i]! });

  it('is offered to the next load once no worker reads it', async () => {
    const bench = new Bench();
    await bench.begin(load(0));
    bench.next = async () => outcomeOf(load(1));
    await bench.controller.reload('test');
    bench.oldestInUse = newest(bench).generation;
    bench.next = async () => outcomeOf(load(2));
    await bench.controller.reload('test');
    expect(bench.offered).toEqual([undefined, images[0]]);
  });

  it('is left alone while a worker may read it', async () => {
    const bench = new Bench();
    await bench.begin(load(0));
    bench.next = async () => outcomeOf(load(1));
    await bench.controller.reload('test');
    bench.oldestInUse = newest(bench).generation - 1;
    await bench.controller.reload('test');
    expect(bench.offered).toEqual([undefined, undefined]);
  });

  it('is left alone when the one after it was never published', async () => {
    const bench = new Bench();
    await bench.begin(load(0));
    bench.publishFault = new Error('no memory');
    bench.next = async () => outcomeOf(load(1));
    await bench.controller.reload('test');
    bench.oldestInUse = Number.MAX_SAFE_INTEGER;
    await bench.controller.reload('test');
    expect(bench.offered).toEqual([undefined, undefined]);
  });
});
