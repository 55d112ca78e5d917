import type { Config } from '../config/model.ts';
import type { FailoverPolicy, LagSource } from '../config/policy-model.ts';
import type { Load, LoadTable } from '../health/loads/load-table.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Held } from '../snapshot/compile/conditions.ts';
import type { GateVerdict } from '../steering/gate.ts';
import { Serving } from '../steering/nodes.ts';
import { answeredOwner, type WriterState } from '../steering/single-writer.ts';
import type { ComposedConditions } from './conditions.ts';
import { EarlierAnswers } from './earlier-answers.ts';
import { Gates, type HeldPolicy } from './gates.ts';
import { gateTiers, isHeld, ownersPool, tierName } from './tiers.ts';
import type { WriterStore } from './writer-store.ts';
import { type WriterPolicy, Writers, type WritersParts } from './writers.ts';

export interface SuccessionParts extends WritersParts {
  readonly clock: Clock;
  /** Lags as they are read; whose readings are told by `lagRead`. */
  readonly lags: Pick<LoadTable<LagSource>, 'loadOf' | 'faultOf' | 'update'>;
}

/** What people see of a failover of which one tier alone may serve. */
export interface SuccessionReport {
  readonly policy: string;
  /** Whom answers name; undefined: nobody. */
  readonly answered: string | undefined;
  readonly verdict: GateVerdict | undefined;
  /** Of a single writer. */
  readonly writer: WriterState | undefined;
  /** Why its move does not go on. */
  readonly problem: string | undefined;
}

/**
 * Who follows whom in failovers that need more than health for it: gates of replication say who may take over, single
 * writers when it is answered. Remembers by names, over reloads, and on disk.
 */
export class Succession {
  private readonly parts: SuccessionParts;
  private readonly gates: Gates;
  private readonly earlier: EarlierAnswers;
  private readonly writers: Writers;
  private config: Config | undefined;
  private held: readonly HeldPolicy[] = [];
  private answered = new Map<string, string | undefined>();
  private lagsAtDecision = '';
  private timer: Timer | undefined;

  constructor(parts: SuccessionParts) {
    this.parts = parts;
    this.earlier = new EarlierAnswers(parts.clock);
    this.gates = new Gates(parts.clock, parts.log);
    this.writers = new Writers(parts);
  }

  /** To be called before the first config is taken. Without it nothing is stored, and no single writer changes. */
  open(store: WriterStore): void {
    this.gates.open(store);
    this.writers.open(store);
  }

  take(config: Config): void {
    this.earlier.take(config);
    this.config = config;
    this.held = config.policies.flatMap((policy, index) =>
      isHeld(config, policy) ? [{ index, policy, pool: ownersPool(config, policy) }] : [],
    );
    this.writers.take(
      this.held.flatMap(({ policy: { name, ttl, singleWriter }, pool }): WriterPolicy[] => {
        const cachedSeconds = (but?: string) => this.earlier.secondsLeft(name, but);
        return singleWriter === undefined ? [] : [{ name, pool, ttl, singleWriter, cachedSeconds }];
      }),
    );
    this.gates.take(this.held);
    this.parts.lags.update(config.pools.flatMap(({ replication }) => replication?.sources ?? []));
  }

  /** Which tiers are held, by policy. */
  decide(conditions: ComposedConditions): Map<number, Held> {
    const held = new Map<number, Held>();
    let nextMs: number | undefined;
    for (const { index, policy } of this.held) {
      const verdict = this.pass(policy, conditions);
      if (verdict.kind === 'wait' && verdict.untilMs !== undefined)
        nextMs = Math.min(nextMs ?? verdict.untilMs, verdict.untilMs);
      held.set(
        index,
        policy.singleWriter === undefined ? this.gated(policy, verdict) : this.owned(policy, verdict),
      );
    }
    this.lagsAtDecision = this.lagsNow();
    this.arm(nextMs);
    return held;
  }

  published(generation: number): void {
    this.writers.published(generation);
  }

  /** To be called after each reading of a lag: answers change only when a lag crosses its bound. */
  lagRead(): void {
    if (this.lagsNow() !== this.lagsAtDecision) this.parts.onChange();
  }

  /** The newest lag of an endpoint in seconds, with its age; undefined: not known now, or without replication. */
  lagOf(pool: number, endpoint: number): Load | undefined {
    const source = this.config?.pools[pool]?.replication?.sources[endpoint];
    return source && this.parts.lags.loadOf(source);
  }

  /** Why the newest look at the lag of an endpoint said nothing. */
  lagFaultOf(pool: number, endpoint: number): string | undefined {
    const source = this.config?.pools[pool]?.replication?.sources[endpoint];
    return source && this.parts.lags.faultOf(source);
  }

  /** The regions that failovers over the pool have in service, or had last: others follow them. */
  sourceRegions(pool: number): number[] {
    const config = this.config;
    if (config === undefined) return [];
    const regions = this.held.flatMap(({ policy: { name, tiers } }) => {
      const active = this.writers.stateOf(name)?.owner ?? this.gates.activeOf(name);
      const tier = tiers.find((each) => 'pool' in each && tierName(config, each) === active);
      if (tier === undefined || !('pool' in tier) || tier.pool !== pool) return [];
      const { endpoints } = config.pools[pool]!;
      const own = 'endpoints' in tier ? tier.endpoints.map((e) => endpoints[e]!) : endpoints;
      return own.map(({ region }) => region);
    });
    return [...new Set(regions)];
  }

  reports(): SuccessionReport[] {
    return this.held.map(({ policy: { name } }) => ({
      policy: name,
      answered: this.answered.get(name),
      verdict: this.gates.verdictOf(name),
      writer: this.writers.stateOf(name),
      problem: this.writers.problemOf(name),
    }));
  }

  stop(): void {
    this.timer?.cancel();
    this.writers.stop();
  }

  private pass(policy: FailoverPolicy, conditions: ComposedConditions): GateVerdict {
    const lags = { lagOf: (source: LagSource) => this.parts.lags.loadOf(source)?.value };
    const tiers = (active: string | undefined) => gateTiers(this.config!, policy, conditions, lags, active);
    return this.gates.pass(policy, tiers, this.writers.stateOf(policy.name));
  }

  private gated(policy: FailoverPolicy, verdict: GateVerdict): Held {
    const { name, tiers, ttl } = policy;
    this.gates.keep(policy);
    const own = verdict.kind === 'closed' ? undefined : this.gates.activeOf(name);
    this.answered.set(name, own);
    return { tier: this.tierOf(tiers, own), serving: Serving.BEHIND, ttlSeconds: ttl.maxSeconds };
  }

  private owned({ name, tiers }: FailoverPolicy, verdict: GateVerdict): Held {
    const wanted = verdict.kind === 'tier' ? tierName(this.config!, tiers[verdict.tier]!) : undefined;
    const state = this.writers.want(name, wanted);
    const owner = verdict.kind === 'closed' ? undefined : answeredOwner(state);
    this.answered.set(name, owner);
    const serving =
      state.move === undefined && wanted === undefined ? Serving.BEHIND : Serving.BETWEEN_WRITERS;
    return { tier: this.tierOf(tiers, owner), serving, ttlSeconds: state.ttlSeconds };
  }

  private tierOf(tiers: FailoverPolicy['tiers'], name: string | undefined): number | undefined {
    const index = name === undefined ? -1 : tiers.findIndex((tier) => tierName(this.config!, tier) === name);
    return index < 0 ? undefined : index;
  }

  /** Which endpoints are known to be caught up, as text. */
  private lagsNow(): string {
    const { lags } = this.parts;
    return (this.config?.pools ?? [])
      .map(({ replication }) =>
        replication?.sources.map(
          (source) => (lags.loadOf(source)?.value ?? Infinity) <= replication.maxSeconds,
        ),
      )
      .join(';');
  }

  private arm(untilMs: number | undefined): void {
    this.timer?.cancel();
    const { clock, onChange } = this.parts;
    this.timer =
      untilMs === undefined
        ? undefined
        : clock.setTimer(onChange, Math.max(1, Math.ceil(untilMs - clock.monotonicMs())));
  }
}
