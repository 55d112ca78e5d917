import type { Config } from '../config/model.ts';
import { calmMs } from '../health/calm.ts';
import type { HealthChecker } from '../health/checker.ts';
import { LoadTable } from '../health/loads/load-table.ts';
import { readLoad } from '../health/loads/read-load.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { type ComposedConditions, ConditionsComposer } from './conditions.ts';
import { HostTable, lookUp } from './host-table.ts';
import { LastGood } from './last-good.ts';
import { nextMoment } from './moments.ts';

export interface LiveParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly health: HealthChecker;
  /** Something else than a probe asks for a new rotation: a host's address, the time. */
  readonly onChange: () => void;
  /** A load was read, which changes the conditions or not. */
  readonly onLoad: () => void;
}

/** The longest wait for one timer: the clock on the wall may be set meanwhile. */
const LONGEST_WAIT_MS = 60_000;

/** What trees are grown from, as it is now: health, and all that stands above it or comes beside it. */
export class LiveConditions {
  readonly lastGood = new LastGood();
  readonly loads: LoadTable;
  readonly hosts: HostTable;
  private readonly parts: LiveParts;
  private readonly composer: ConditionsComposer;
  private config: Config | undefined;
  private timer: Timer | undefined;

  constructor(parts: LiveParts) {
    this.parts = parts;
    const { clock, random, log, health, onChange, onLoad } = parts;
    this.loads = new LoadTable({ clock, random, read: readLoad, onReading: onLoad });
    this.hosts = new HostTable({ clock, log, lookUp, onChange });
    this.composer = new ConditionsComposer(
      {
        state: (pool, endpoint) => health.stateOf(pool, endpoint).state,
        wasGood: (pool, endpoint) => this.lastGood.has(this.config!, pool, endpoint),
        calmMs: (pool, endpoint) => calmMs(health.stateOf(pool, endpoint), this.config!.pools[pool]!.monitor),
        hostAddresses: (pool, endpoint) => this.hosts.addressesOf(this.config!, pool, endpoint),
      },
      this.loads,
    );
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

  stop(): void {
    this.timer?.cancel();
    this.loads.stop();
    this.hosts.stop();
  }
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
