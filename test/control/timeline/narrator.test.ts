import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/model.ts';
import { ConditionsComposer } from '../../../src/control/conditions.ts';
import { eventOf, type News, type TimelineEvent } from '../../../src/control/timeline/event.ts';
import { Narrator } from '../../../src/control/timeline/narrator.ts';
import type { Surroundings } from '../../../src/control/timeline/standings.ts';
import type { HealthState } from '../../../src/health/state-machine.ts';
import { configOf } from '../../config/load-text.ts';
import { FakeClock } from '../../scenarios/fake-clock.ts';

/** Two endpoints in Ireland, one in Germany; the overrides and other keys of the pool are the test's. */
function config(pool = '', overrides = '', maintenance = ''): Config {
  return configOf(`
regions: { ie: { location: [53, -6] }, de: { location: [50, 8] } }
monitors: { web: { type: http } }
pools:
  app: { monitor: web, ${pool} endpoints: [ { name: a, region: ie, address: 192.0.2.1 }, { name: b, region: ie, address: 192.0.2.2 }, { name: c, region: de, address: 192.0.2.3 } ] }
policies: { app: { type: nearest, pool: app } }
overrides: [ ${overrides} ]
maintenance: [ ${maintenance} ]
zones: [ { name: example.com, file: z, steer: { app: app } } ]
`);
}

class World {
  readonly clock = new FakeClock();
  readonly news: News[] = [];
  config: Config;
  around: Surroundings = { failovers: [], isolated: undefined };
  private readonly narrator: Narrator;
  private readonly states = new Map<string, HealthState>([
    ['a', 'up'],
    ['b', 'up'],
    ['c', 'up'],
  ]);
  private readonly composer = new ConditionsComposer(
    {
      state: (pool, e) => this.states.get(this.config.pools[pool]!.endpoints[e]!.name)!,
      wasGood: () => false,
      calmMs: () => undefined,
      hostAddresses: () => [],
    },
    { loadOf: () => undefined },
  );

  constructor(first: Config, known: readonly TimelineEvent[] = []) {
    this.config = first;
    this.narrator = new Narrator({ clock: this.clock, record: (news) => this.news.push(news) });
    this.narrator.resume(known);
  }

  get tell(): Narrator {
    return this.narrator;
  }

  publish(): void {
    const conditions = this.composer.compose(this.config, this.clock.now());
    this.narrator.published(this.config, conditions, this.around);
  }

  /** The endpoint's state as health says it, told `sinceMs` after its first failed probe began. */
  becomes(endpoint: string, to: HealthState, sinceMs?: number): void {
    const from = this.states.get(endpoint)!;
    this.states.set(endpoint, to);
    const firstFailureAt = sinceMs === undefined ? undefined : this.clock.monotonicMs() - sinceMs;
    const reason = to === 'down' ? 'connection refused' : undefined;
    this.narrator.healthChanged({
      pool: 'app',
      endpoint,
      from,
      to,
      at: this.clock.now(),
      firstFailureAt,
      reason,
    });
  }

  /** The check of the region as a whole says so, and all of its endpoints count as that. */
  regionBecomes(region: string, endpoints: readonly string[], to: HealthState): void {
    for (const endpoint of endpoints) this.states.set(endpoint, to);
    const about = { pool: `@${region}`, endpoint: region };
    const [from, firstFailureAt] = [to === 'down' ? 'up' : 'down', this.clock.monotonicMs()] as const;
    const reason = to === 'down' ? 'no route' : undefined;
    this.narrator.healthChanged({ ...about, from, to, at: this.clock.now(), firstFailureAt, reason });
  }

  fails(endpoint: string, reason: string): void {
    const report = {
      pool: 'app',
      endpoint,
      region: 'ie',
      ok: false,
      code: 'connect',
      reason,
      durationMs: 1,
    } as const;
    this.narrator.probed(report);
  }

  /** What was told since the last call, in short. */
  told(): string[] {
    return this.news.splice(0).map(({ kind, subject, from, to }) => {
      const { policy, pool, region, endpoint } = subject;
      const names = kind === 'endpoint' ? [endpoint] : [policy, pool, region, endpoint];
      const about = names.filter((one) => one).join(' ');
      return `${kind} ${about}: ${from} → ${to}`;
    });
  }
}

describe('a change of health', () => {
  it('is told with its snapshot, its region and pool behind it', () => {
    const world = new World(config());
    world.publish();
    world.becomes('a', 'down', 2_000);
    expect(world.told()).toEqual([]);
    world.publish();
    expect(world.told()).toEqual(['endpoint a: up → down']);
    world.becomes('b', 'down', 2_000);
    world.publish();
    expect(world.told()).toEqual(['endpoint b: up → down', 'region app ie: up → down']);
    world.becomes('c', 'down', 2_000);
    world.publish();
    expect(world.told()).toEqual([
      'endpoint c: up → down',
      'region app de: up → down',
      'pool app: up → all-down',
    ]);
    world.becomes('a', 'up');
    world.publish();
    expect(world.told()).toEqual([
      'endpoint a: down → up',
      'region app ie: down → up',
      'pool app: all-down → up',
    ]);
    world.publish();
    expect(world.told()).toEqual([]);
  });

  it('is told of a region that is checked as a whole, and of what that does to pools', () => {
    const world = new World(config());
    world.publish();
    world.regionBecomes('ie', ['a', 'b'], 'down');
    world.publish();
    expect(world.news.map(({ cause }) => cause)).toEqual(['no route', 'ie is down: no route']);
    expect(world.told()).toEqual(['region ie: up → down', 'region app ie: up → down']);
    world.regionBecomes('ie', ['a', 'b'], 'up');
    world.publish();
    expect(world.told()).toEqual(['region ie: down → up', 'region app ie: down → up']);
  });

  it('tells how long after the first failed probe its snapshot came, and for the region too', async () => {
    const world = new World(config());
    world.publish();
    world.becomes('c', 'down', 3_000);
    await world.clock.advance(10);
    world.publish();
    expect(world.news.map(({ kind, failoverMs }) => [kind, failoverMs])).toEqual([
      ['endpoint', 3_010],
      ['region', 3_010],
    ]);
    expect(world.news[0]).toMatchObject({ atMs: world.clock.now() - 10, cause: 'connection refused' });
    expect(world.news[1]!.cause).toBe('c is down: connection refused');
  });

  it('has the probes that failed since the first of them as evidence', async () => {
    const world = new World(config());
    world.publish();
    world.fails('a', 'long ago');
    await world.clock.advance(60_000);
    for (let i = 1; i <= 7; i++) {
      world.fails('a', `failure ${i}`);
      await world.clock.advance(1_000);
    }
    world.becomes('a', 'down', 7_000);
    world.publish();
    const { evidence } = world.news[0]!;
    expect(evidence?.map(({ reason }) => reason)).toEqual([3, 4, 5, 6, 7].map((i) => `failure ${i}`));
    expect(Date.parse(evidence![4]!.at)).toBe(world.clock.now() - 1_000);
    world.becomes('a', 'up');
    world.publish();
    expect(world.news.at(-1)).not.toHaveProperty('evidence');
  });

  it('of a first round tells what is not as it was, alone', () => {
    const known = [
      { kind: 'endpoint', subject: { pool: 'app', endpoint: 'c' }, from: 'up', to: 'down', cause: 'x' },
    ] as const;
    const world = new World(
      config(),
      known.map((news, i) => eventOf(i + 1, news, 0)),
    );
    for (const endpoint of ['a', 'b', 'c']) world.becomes(endpoint, 'unknown');
    world.publish();
    world.told();
    world.becomes('a', 'up');
    world.becomes('b', 'down');
    world.becomes('c', 'down');
    world.publish();
    expect(world.told()).toEqual([
      'endpoint a: unknown → up',
      'endpoint b: unknown → down',
      'endpoint c: unknown → down',
      'region app de: unknown → down',
    ]);
  });

  it('says nothing of regions while no probe has said anything', () => {
    const world = new World(config());
    for (const endpoint of ['a', 'b', 'c']) world.becomes(endpoint, 'unknown');
    world.publish();
    expect(world.told().filter((line) => !line.startsWith('endpoint'))).toEqual([]);
  });
});

describe('a floor', () => {
  it('freezes and holds again', () => {
    const world = new World(config('floor: { regions: 1 },'));
    world.publish();
    for (const endpoint of ['a', 'b', 'c']) world.becomes(endpoint, 'down');
    world.publish();
    expect(world.told()).toContain('floor app: holds → frozen');
    world.becomes('c', 'up');
    world.publish();
    expect(world.told()).toContain('floor app: frozen → holds');
  });
});

describe('a failover of which one may serve', () => {
  it('is told with whom it answers, and why', () => {
    const world = new World(config());
    const answers = (answered: string | undefined, why: string) => {
      world.around = { ...world.around, failovers: [{ policy: 'db', answered, why }] };
      world.publish();
      return world.told();
    };
    expect(answers('ie', 'in service')).toEqual(['failover db: unknown → ie']);
    expect(answers('ie', 'waits for those that are up and behind')).toEqual([]);
    expect(answers(undefined, 'moves to de')).toEqual(['failover db: ie → nobody']);
    expect(answers('de', 'in service')).toEqual(['failover db: nobody → de']);
  });
});

describe('a node that is cut off', () => {
  it('says so, and when it is not any more', () => {
    const world = new World(config());
    world.publish();
    world.around = { failovers: [], isolated: 'no reference answers' };
    world.publish();
    expect(world.news[0]!.cause).toBe('no reference answers');
    expect(world.told()).toEqual(['node : connected → cut off']);
    world.around = { failovers: [], isolated: undefined };
    world.publish();
    expect(world.told()).toEqual(['node : cut off → connected']);
  });
});

describe('maintenance', () => {
  it('drains a region, and says why', async () => {
    const world = new World(config());
    world.publish();
    const at = (minutes: number) =>
      new Date(world.clock.now() + 60_000 * minutes).toISOString().replace(/\.\d+/, '');
    world.config = config('', '', `{ region: de, from: "${at(1)}", to: "${at(5)}", reason: power work }`);
    await world.clock.advance(120_000);
    world.publish();
    expect(world.news[0]!.cause).toBe('maintenance: power work');
    expect(world.told()).toEqual(['region app de: up → drained']);
    await world.clock.advance(300_000);
    world.publish();
    expect(world.told()).toEqual(['region app de: drained → up']);
  });
});

describe('an override', () => {
  const drain = '{ pool: app, endpoint: a, action: drain, reason: a drill, owner: eva }';

  it('begins and ends with the config', () => {
    const world = new World(config());
    world.publish();
    world.config = config('', drain);
    world.publish();
    expect(world.news[0]).toMatchObject({
      kind: 'override',
      from: 'none',
      to: 'drain',
      cause: 'a drill (eva)',
    });
    expect(world.told()).toEqual(['override app a: none → drain']);
    world.config = config();
    world.publish();
    expect(world.news[0]).toMatchObject({
      from: 'drain',
      to: 'none',
      cause: 'it is not in the config any more',
    });
  });

  it('ends with its time', async () => {
    const until = new Date(Date.UTC(2026, 0, 2)).toISOString().replace('.000', '');
    const world = new World(config('', `{ region: de, action: down, reason: works, until: "${until}" }`));
    world.publish();
    expect(world.told()).toEqual(['override de: none → down', 'region app de: unknown → down']);
    await world.clock.advance(Date.parse(until) - world.clock.now());
    world.publish();
    expect(world.news[0]).toMatchObject({
      kind: 'override',
      from: 'down',
      to: 'none',
      cause: 'its time is over',
    });
    expect(world.told()).toEqual(['override de: down → none', 'region app de: down → up']);
  });

  it('and all else that was known before a restart is not told again', () => {
    const first = new World(config('', drain));
    first.becomes('c', 'down');
    first.publish();
    const known = first.news.map((news, i) => eventOf(i + 1, news, 0));
    const second = new World(config('', drain), known);
    second.becomes('c', 'down');
    second.told();
    second.publish();
    expect(second.told().filter((line) => !line.startsWith('endpoint'))).toEqual([]);
    const third = new World(config(), known);
    third.publish();
    expect(third.told()).toEqual(['override app a: drain → none', 'region app de: down → up']);
  });
});

describe('loads and publications', () => {
  it('are told with what stood against them, a failure once', () => {
    const world = new World(config());
    world.tell.loaded('Meridian started', undefined);
    world.tell.loaded('SIGHUP', 'c.yaml:1:1: no zones');
    world.tell.loaded('a file changed', undefined);
    world.tell.publishFailed(new Error('no memory'));
    world.tell.publishFailed(new Error('no memory'));
    world.publish();
    expect(world.news.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      ['taken', 'taken', 'Meridian started'],
      ['taken', 'refused', 'SIGHUP: c.yaml:1:1: no zones'],
      ['refused', 'taken', 'a file changed'],
      ['works', 'failed', 'no memory'],
      ['failed', 'works', 'a snapshot was published'],
    ]);
  });
});
