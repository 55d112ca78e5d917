import type { Config } from '../config/model.ts';
import { calmMs } from '../health/calm.ts';
import type { HealthChecker } from '../health/checker.ts';
import { LoadTable } from '../health/loads/load-table.ts';
import { readLoad } from '../health/loads/read-load.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { type ComposedConditions, ConditionsComposer, type HealthView } from './conditions.ts';
import { HostTable, lookUp } from './host-table.ts';
import { LastGood } from './last-good.ts';
import { nextMoment } from './moments.ts';

export interface LiveParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly health: HealthChecker;
  /** Something else than a probe asks for a new rotation: a load, a host's address, the time. */
  readonly onChange: () => void;
}

/** The longest wait for one timer: the clock on the wall may be set meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** What trees are grown from, as it is now: health, and all that stands above it or comes beside it. */
export class LiveConditions {
  readonly lastGood = new LastGood();
  readonly loads: LoadTable;
  readonly hosts: HostTable;
  private readonly parts: LiveParts;
  private readonly health: HealthView;
  private readonly composer: ConditionsComposer;
  private config: Config | undefined;
  private timer: Timer | undefined;

  constructor(parts: LiveParts) {
    this.parts = parts;
    const { clock, random, log, health, onChange } = parts;
    this.loads = new LoadTable({ clock, random, read: readLoad, onReading: onChange });
    this.hosts = new HostTable({ clock, log, lookUp, onChange });
    this.health = {
      state: (pool, endpoint) => health.stateOf(pool, endpoint).state,
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
    this.hosts.retain(config);
  }

  /** The conditions now; `onChange` is called when time alone changes them. */
  compose(): ComposedConditions {
    const { clock, health, onChange } = this.parts;
    const config = this.config!;
    this.lastGood.observe(config, (pool, endpoint) => health.stateOf(pool, endpoint).state);
    const conditions = this.composer.compose(config, clock.now());
    const next = nextMoment(config, conditions);
    this.timer?.cancel();
    this.timer =
      next === undefined
        ? undefined
        : clock.setTimer(onChange, Math.min(LONGEST_WAIT_MS, Math.max(1, next - conditions.nowMs)));
    return conditions;
  }

  /** The conditions at another moment, with health as it is now and without what is measured: that is not known. */
  at(atMs: number): ComposedConditions {
    return new ConditionsComposer(this.health, { loadOf: () => undefined }).compose(this.config!, atMs);
  }

  stop(): void {
    this.timer?.cancel();
    this.loads.stop();
    this.hosts.stop();
  }
}
