import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/model.ts';
import { ConditionsComposer } from '../../src/control/conditions.ts';
import { Succession } from '../../src/control/succession.ts';
import type { StoredWriter, WriterStore } from '../../src/control/writer-store.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

interface Parts {
  readonly policy?: string;
  readonly pool?: string;
  readonly ttl?: string;
  /** More keys of the policy. */
  readonly more?: string;
  readonly replication?: string;
  /** More endpoints. */
  readonly endpoints?: string;
  /** The label that is steered. */
  readonly label?: string;
}

const WRITER = 'single-writer: { margin: 0s }';

/** `db.example.com`: the pool has an endpoint in `us`, and one in `eu`. */
function config({
  policy = 'db',
  pool = 'db',
  ttl = '1s',
  more = '',
  replication = '',
  endpoints = '',
  label = 'db',
}: Parts) {
  return configOf(`
regions: { us: { location: [39, -77] }, eu: { location: [53, -6] } }
pools:
  ${pool}:
    ${replication}
    endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 }${endpoints} ]
policies: { ${policy}: { type: failover, pool: ${pool}, order: [us, eu], ttl: ${ttl}, ${more} } }
zones: [{ name: example.com, file: z, steer: { "${label}": ${policy} } }]
`);
}

/** A node whose answers for the name go to caches, over reloads and restarts. */
class World {
  readonly clock = new FakeClock();
  readonly log: string[] = [];
  readonly states = new Map<string, EndpointState>();
  readonly lags = new Map<string, number>();
  drained = new Set<string>();
  /** Whom caches may hold, and until when. */
  private readonly cached = new Map<string, number>();
  readonly records = new Map<string, StoredWriter>();
  private config: Config | undefined;
  private node: Succession | undefined;
  private generation = 0;
  owner: string | undefined;

  /** Starts, or takes another config. */
  async use(next: Config): Promise<void> {
    this.config = next;
    if (this.node === undefined) {
      this.node = this.boot();
      this.node.open(this.store());
    }
    this.node.take(next);
    await this.pass(0);
  }

  stop(): void {
    this.node?.stop();
    this.node = undefined;
  }

  /** Time goes on; the name is asked all the time. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 100) {
      this.answer();
      await this.clock.advance(Math.min(100, left));
    }
    this.answer();
  }

  private boot(): Succession {
    const note = (...said: unknown[]): void => void this.log.push(String(said[1]));
    return new Succession({
      clock: this.clock,
      log: { info: note, warn: note, error: note },
      callFence: () => Promise.resolve(undefined),
      oldestInUse: () => this.generation,
      onChange: () => this.answer(),
      lags: {
        update: () => {},
        faultOf: () => undefined,
        loadOf: ({ url }) => {
          const value = this.lags.get(new URL(url).hostname);
          return value === undefined ? undefined : { value, ageMs: 0, reading: 1 };
        },
      },
    });
  }

  private answer(): void {
    const { node, config: now } = this;
    if (node === undefined || now === undefined) return;
    const { endpoints } = now.pools[0]!;
    const state = (_: number, e: number): EndpointState => this.states.get(endpoints[e]!.name) ?? 'up';
    const composer = new ConditionsComposer(
      { state, wasGood: () => false, calmMs: () => undefined, hostAddresses: () => [] },
      { loadOf: () => undefined },
    );
    const conditions = composer.compose(now, this.clock.now());
    const drained = (_: number, e: number): boolean => this.drained.has(endpoints[e]!.name);
    const held = node.decide({ ...conditions, drained }).get(0);
    const policy = now.policies[0]!;
    if (policy.type !== 'failover') throw new Error('a failover is steered by');
    // One that nothing holds serves its first tier that is up.
    const open = policy.tiers.findIndex(
      (tier) => 'endpoints' in tier && state(0, tier.endpoints[0]!) === 'up',
    );
    const tier = policy.tiers[held === undefined ? open : (held.tier ?? -1)];
    this.owner = tier !== undefined && 'endpoints' in tier ? this.named(tier.endpoints[0]!) : undefined;
    this.cache(Math.min(held?.ttlSeconds ?? Infinity, policy.ttl.maxSeconds));
    node.published(++this.generation);
  }

  private named(endpoint: number): string {
    const { name, endpoints } = this.config!.pools[0]!;
    return `${name}/${endpoints[endpoint]!.name}`;
  }

  /** What `single-writer` promises: nobody is answered while caches hold another. */
  private cache(ttlSeconds: number): void {
    const nowMs = this.clock.monotonicMs();
    const { owner } = this;
    if (owner === undefined) return;
    const policy = this.config!.policies[0]!;
    for (const [other, untilMs] of this.cached)
      if (
        policy.type === 'failover' &&
        policy.singleWriter !== undefined &&
        other !== owner &&
        untilMs > nowMs
      )
        throw new Error(`${owner} is answered while ${other} may be cached for ${untilMs - nowMs} ms`);
    this.cached.set(owner, Math.max(this.cached.get(owner) ?? 0, nowMs + 1_000 * ttlSeconds));
  }

  private store(): WriterStore {
    return {
      policies: () => [...this.records.keys()],
      recordOf: (policy) => this.records.get(policy),
      save: async (policy, record) => {
        if (record === undefined) this.records.delete(policy);
        else this.records.set(policy, record);
        return undefined;
      },
    };
  }
}

const replication = 'replication: { lag: { json: "http://{address}/", path: lag }, max: 30s, wait: 4s }';
const serving = replication.replace('wait: 4s', 'wait: 4s, after-wait: serve');

describe('a single writer over reloads', () => {
  it('waits for the TTL of before when it is new', async () => {
    const world = new World();
    await world.use(config({ ttl: '300s' }));
    expect(world.owner).toBe('db/a');
    world.states.set('a', 'down');
    await world.use(config({ more: WRITER }));
    await world.pass(299_000);
    expect(world.owner).toBeUndefined();
    await world.pass(3_000);
    expect(world.owner).toBe('db/b');
  });

  it('waits for it under another name too, or behind another policy', async () => {
    const world = new World();
    await world.use(config({ ttl: '30s', more: WRITER }));
    await world.pass(40_000);
    expect(world.owner).toBe('db/a');
    world.states.set('a', 'down');
    await world.use(config({ policy: 'dbx', more: WRITER }));
    await world.pass(20_000);
    expect(world.owner).toBeUndefined();
    await world.pass(15_000);
    expect(world.owner).toBe('db/b');
  });

  it('does not take the word of a gate, whatever TTL that had last', async () => {
    const world = new World();
    world.lags.set('192.0.2.1', 0).set('192.0.2.2', 0);
    await world.use(config({ replication }));
    expect(world.owner).toBe('db/a');
    await world.use(config({ replication, ttl: '300s' }));
    await world.use(config({ replication }));
    world.stop();
    world.states.set('a', 'down');
    await world.use(config({ replication, more: WRITER }));
    await world.pass(310_000);
    expect(world.owner).toBe('db/b');
  });

  it.each<[string, Parts, Parts, Parts]>([
    [
      'a writer, a lower TTL, another name',
      { more: WRITER },
      { more: WRITER },
      { more: WRITER, policy: 'dbx' },
    ],
    ['no writer, a lower TTL, a writer', {}, {}, { more: WRITER }],
    ['a writer, none with a lower TTL, a writer', { more: WRITER }, {}, { more: WRITER }],
    ['a wildcard, a lower TTL, a name below it', { label: '*' }, { label: '*' }, { more: WRITER }],
    ['a name, a lower TTL, a wildcard above it', {}, {}, { more: WRITER, label: '*' }],
  ])('waits for the longest TTL of all configs before: %s', async (_, first, second, third) => {
    const world = new World();
    await world.use(config({ ...first, ttl: '300s' }));
    await world.pass(310_000);
    expect(world.owner).toBe('db/a');
    await world.use(config(second));
    await world.pass(10_000);
    world.states.set('a', 'down');
    await world.use(config(third));
    await world.pass(280_000);
    expect(world.owner).toBeUndefined();
    await world.pass(20_000);
    expect(world.owner).toBe('db/b');
  });

  it('warns of names that came to it from another policy', async () => {
    const world = new World();
    const two = (www: string) =>
      configOf(`
regions: { us: { location: [39, -77] }, eu: { location: [53, -6] } }
pools: { db: { endpoints: [ { name: a, region: us, address: 192.0.2.1 }, { name: b, region: eu, address: 192.0.2.2 } ] } }
policies:
  w: { type: failover, pool: db, order: [us, eu], ttl: 3s, ${WRITER} }
  p: { type: failover, pool: db, order: [eu, us], ttl: 300s }
zones: [{ name: example.com, file: z, steer: { db: w, x: p, www: ${www} } }]
`);
    await world.use(two('p'));
    await world.pass(5_000);
    world.log.length = 0;
    await world.use(two('w'));
    expect(world.owner).toBe('db/a');
    expect(world.log).toEqual([
      'w: names came to it that other policies answered; caches may hold others than its owner for 300 s',
    ]);
    world.log.length = 0;
    await world.pass(301_000);
    await world.use(two('w'));
    expect(world.log).toEqual([]);
  });

  it('leaves its owner to the gate that comes after it, on disk too', async () => {
    const world = new World();
    world.lags.set('192.0.2.1', 0).set('192.0.2.2', 0);
    const parts = { replication, more: 'failback: false' };
    await world.use(config(parts));
    await world.use(config({ ...parts, more: `failback: false, ${WRITER}` }));
    await world.pass(5_000);
    world.states.set('a', 'down');
    await world.pass(10_000);
    world.states.set('a', 'up');
    await world.use(config(parts));
    await world.pass(1_000);
    expect(world.owner).toBe('db/b');
    expect(world.records.get('db')).toMatchObject({ pool: 'db', owner: 'eu', epoch: 0 });
    await world.use(config({ ...parts, pool: 'db2' }));
    await world.pass(1_000);
    expect(world.records.get('db')).toMatchObject({ pool: 'db2' });
  });

  it('does not believe what it was before it was none', async () => {
    const world = new World();
    await world.use(config({ more: WRITER }));
    await world.pass(5_000);
    world.stop();
    world.states.set('a', 'down');
    await world.use(config({ ttl: '300s' }));
    expect(world.owner).toBe('db/b');
    world.states.set('a', 'up');
    await world.use(config({ more: WRITER }));
    await world.pass(310_000);
    expect(world.owner).toBe('db/a');
  });

  it.each([
    ['a reload', false],
    ['a restart', true],
  ])('lets the answers of another pool run out after %s', async (_, isRestart) => {
    const world = new World();
    await world.use(config({ ttl: '30s', more: WRITER }));
    await world.pass(40_000);
    if (isRestart) world.stop();
    await world.use(config({ pool: 'db2', ttl: '30s', more: WRITER }));
    expect(world.owner).toBeUndefined();
    await world.pass(35_000);
    expect(world.owner).toBe('db2/a');
    if (!isRestart) expect(world.log.join()).toContain('its owner was one of another pool');
  });

  it('goes on undisturbed when the pool gets another endpoint', async () => {
    const world = new World();
    await world.use(config({ more: WRITER }));
    await world.pass(5_000);
    world.log.length = 0;
    await world.use(config({ more: WRITER, endpoints: ', { name: c, region: us, address: 192.0.2.3 }' }));
    expect(world.owner).toBe('db/a');
    expect(world.log).toEqual([]);
  });
});

describe('a single writer behind a gate', () => {
  const gatedBy = async (parts: Parts) => {
    const world = new World();
    world.lags.set('192.0.2.1', 0).set('192.0.2.2', 9_999);
    await world.use(config({ more: WRITER, ...parts }));
    await world.pass(5_000);
    expect(world.owner).toBe('db/a');
    return world;
  };

  it('moves to one that is behind when it was waited for, once', async () => {
    const world = await gatedBy({ replication: serving });
    world.states.set('a', 'down');
    world.log.length = 0;
    await world.pass(20_000);
    expect(world.owner).toBe('db/b');
    expect(world.log).toEqual([
      'db: those that are up are behind, and are waited for',
      'db: nobody is waited for any more',
      'db: moves from us to eu',
      'db: eu is the writer',
    ]);
  });

  it.each([
    ['drained', (world: World) => world.drained.add('a')],
    ['degraded', (world: World) => world.states.set('a', 'degraded')],
  ])('stays while it is %s and the other is behind', async (_, change) => {
    const world = await gatedBy({ replication: serving });
    change(world);
    await world.pass(60_000);
    expect(world.owner).toBe('db/a');
  });

  it.each([
    [true, 'db/a'],
    [false, 'db/b'],
  ])('with failback %s', async (failback, owner) => {
    const world = await gatedBy({ replication, more: `${WRITER}, failback: ${failback}` });
    world.lags.set('192.0.2.2', 0);
    world.states.set('a', 'down');
    await world.pass(20_000);
    expect(world.owner).toBe('db/b');
    world.states.set('a', 'up');
    await world.pass(60_000);
    expect(world.owner).toBe(owner);
  });
});
