import type { Config } from '../config/model.ts';
import type { LagSource } from '../config/policy-model.ts';
import { calmMs } from '../health/calm.ts';
import type { HealthChecker } from '../health/checker.ts';
import { LoadTable } from '../health/loads/load-table.ts';
import { readLag } from '../health/loads/read-lag.ts';
import { readLoad } from '../health/loads/read-load.ts';
import { withinRegion } from '../health/region-verdict.ts';
import type { HealthState } from '../health/state-machine.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import type { Conditions } from '../snapshot/compile/conditions.ts';
import type { HealthView } from './conditioned-config.ts';
import { type ComposedConditions, ConditionsComposer, unheld } from './conditions.ts';
import { callFence } from './fence.ts';
import { HostTable, lookUp } from './host-table.ts';
import { LastGood } from './last-good.ts';
import { MaintenancePlan } from './maintenance-plan.ts';
import { nextMoment } from './moments.ts';
import { fitting, identitiesOf, type RememberedSteering } from './remembered-steering.ts';
import { Succession } from './succession.ts';

export interface LiveParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly health: HealthChecker;
  /** Something else than a probe asks for a new rotation: a host's address, the time. */
  readonly onChange: () => void;
  /** The oldest generation that a worker still answers from. */
  readonly oldestInUse: () => number;
  /** A load was read, which changes the conditions or not. */
  readonly onLoad: () => void;
}

/** The longest wait for one timer: the clock on the wall may be set meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** What trees are grown from, as it is now: health, and all that stands above it or comes beside it. */
export class LiveConditions {
  readonly lastGood = new LastGood();
  readonly loads: LoadTable;
  readonly lags: LoadTable<LagSource>;
  readonly hosts: HostTable;
  readonly succession: Succession;
  private readonly parts: LiveParts;
  private readonly health: HealthView;
  private readonly composer: ConditionsComposer;
  private config: Config | undefined;
  private timer: Timer | undefined;

  constructor(parts: LiveParts) {
    this.parts = parts;
    const { clock, random, log, health, onChange, onLoad } = parts;
    const tell = (what: string) => (source: { readonly url: string }, fault: string | undefined) =>
      tellReading(log, what, source.url, fault);
    this.loads = new LoadTable({ clock, random, read: readLoad, onReading: onLoad, tell: tell('load') });
    this.lags = new LoadTable<LagSource>({
      ...{ clock, random, read: readLag, tell: tell('replication lag') },
      onReading: () => this.succession.lagRead(),
    });
    this.succession = new Succession({ ...parts, callFence, lags: this.lags });
    this.hosts = new HostTable({ clock, log, lookUp, onChange });
    this.health = {
      state: (pool, endpoint) => this.state(pool, endpoint),
      wasGood: (pool, endpoint) => this.lastGood.has(this.config!, pool, endpoint),
      calmMs: (pool, endpoint) => calmMs(health.stateOf(pool, endpoint), this.config!.pools[pool]!.monitor),
      hostAddresses: (pool, endpoint) => this.hosts.addressesOf(this.config!, pool, endpoint),
    };
    this.composer = new ConditionsComposer(this.health, this.loads);
  }

  /** Another config is in use from now on; health has its indexes already. */
  take(config: Config): void {
    this.config = config;
    const sources = config.pools.flatMap(({ capacities }) => capacities.map(({ load }) => load));
    this.loads.update(sources.flatMap((source) => (source.kind === 'static' ? [] : [source])));
    this.succession.take(config);
    this.hosts.retain(config);
  }

  /** The conditions of the next snapshot, which has to be published: who waits for whom in failovers goes by that. */
  compose(): ComposedConditions & Conditions {
    const conditions = this.look();
    const held = this.succession.decide(conditions);
    return { ...conditions, held: (policy) => held.get(policy) };
  }

  /** The conditions now, but for failovers that wait; `onChange` is called when time alone changes them. */
  look(): ComposedConditions {
    const { clock, health, onChange } = this.parts;
    const config = this.config!;
    this.lastGood.observe(config, (pool, endpoint) => this.state(pool, endpoint));
    const isolated = health.self().kind === 'isolated';
    const ttlSeconds = isolated ? config.selfCheck?.ttlSeconds : undefined;
    const conditions = this.composer.compose(config, clock.now(), ttlSeconds);
    const next = nextMoment(config, conditions);
    this.timer?.cancel();
    this.timer =
      next === undefined
        ? undefined
        : clock.setTimer(onChange, Math.min(LONGEST_WAIT_MS, Math.max(1, next - conditions.nowMs)));
    return conditions;
  }

  /** Of the config in use. */
  inMaintenance(pool: number, endpoint: number): boolean {
    const { maintenance, pools } = this.config!;
    const { region } = pools[pool]!.endpoints[endpoint]!;
    return new MaintenancePlan(maintenance, this.parts.clock.now()).of(pool, endpoint, region) !== undefined;
  }

  /** Health's word of an endpoint, and of its region where that is checked as a whole. */
  private state(pool: number, endpoint: number): HealthState {
    const { regions, pools } = this.config!;
    const { name } = regions[pools[pool]!.endpoints[endpoint]!.region]!;
    const { health } = this.parts;
    return withinRegion(health.stateOf(pool, endpoint).state, health.stateOfRegion(name)?.state);
  }

  /** What is to survive a restart. */
  remember(): RememberedSteering {
    const good = this.lastGood.remember();
    return { pools: identitiesOf(this.config!), ...this.composer.remember(), good };
  }

  /** Takes up what the run before remembered of pools that are as they were; before the first `compose`. */
  restore(config: Config, remembered: RememberedSteering): void {
    const known = fitting(remembered, config);
    this.composer.restore(known);
    this.lastGood.restore(known.good);
  }

  /** The conditions at another moment, with health as it is now and without what is measured: that is not known. */
  at(atMs: number): Conditions {
    return unheld(
      new ConditionsComposer(this.health, { loadOf: () => undefined }).compose(this.config!, atMs),
    );
  }

  stop(): void {
    this.timer?.cancel();
    this.loads.stop();
    this.lags.stop();
    this.succession.stop();
    this.hosts.stop();
  }
}

/** The first failure of a row, and the end of it. What stands in an address beside the place may be secret. */
function tellReading(log: Log, what: string, url: string, fault: string | undefined): void {
  const { origin, pathname } = new URL(url);
  const place = `${origin}${pathname}`;
  if (fault === undefined) log.info({ url: place }, `${place} gives a ${what} again`);
  else log.warn({ url: place }, `no ${what} from ${place}: ${fault}`);
}

/** Whether regions let in others, or get more than they can take or no more: all that readings of loads can change. */
export function sharesDiffer(config: Config, before: ComposedConditions, now: ComposedConditions): boolean {
  return config.pools.some(
    ({ capacities }, pool) =>
      capacities.length > 0 &&
      config.regions.some(
        (_, region) =>
          before.share(pool, region) !== now.share(pool, region) ||
          before.overloaded(pool, region) !== now.overloaded(pool, region),
      ),
  );
}
