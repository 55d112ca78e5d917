import type { Config } from '../config/model.ts';
import type { FailoverPolicy, LagSource } from '../config/policy-model.ts';
import type { Load, LoadTable } from '../health/loads/load-table.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Held } from '../snapshot/compile/conditions.ts';
import { freshGate, type GateState, type GateVerdict, passGate } from '../steering/gate.ts';
import { Serving } from '../steering/nodes.ts';
import { answeredOwner, type WriterState } from '../steering/single-writer.ts';
import type { ComposedConditions } from './conditions.ts';
import { earlierTtl } from './earlier-ttl.ts';
import { gateTiers, isHeld, ownersPool, tierName } from './tiers.ts';
import type { StoredWriter, WriterStore } from './writer-store.ts';
import { type WriterPolicy, Writers, type WritersParts } from './writers.ts';

export interface SuccessionParts extends WritersParts {
  readonly clock: Clock;
  /** Lags as they are read; whose readings are told by `lagRead`. */
  readonly lags: Pick<LoadTable<LagSource>, 'loadOf' | 'faultOf' | 'update'>;
}

interface HeldPolicy {
  readonly index: number;
  readonly policy: FailoverPolicy;
  /** Whose endpoints and regions its tiers are. */
  readonly pool: string;
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
  private readonly writers: Writers;
  private store: WriterStore | undefined;
  private config: Config | undefined;
  private held: readonly HeldPolicy[] = [];
  private gates = new Map<string, { readonly pool: string; readonly state: GateState }>();
  private verdicts = new Map<string, GateVerdict>();
  private answered = new Map<string, string | undefined>();
  /** What was to be kept on disk last, of gates alone. */
  private kept = new Map<string, StoredWriter>();
  private lagsAtDecision = '';
  private timer: Timer | undefined;

  constructor(parts: SuccessionParts) {
    this.parts = parts;
    this.writers = new Writers(parts);
  }

  /** To be called before the first config is taken. Without it nothing is stored, and no single writer changes. */
  open(store: WriterStore): void {
    this.store = store;
    this.writers.open(store);
  }

  take(config: Config): void {
    const { config: before, gates } = this;
    this.config = config;
    this.held = config.policies.flatMap((policy, index) =>
      isHeld(config, policy) ? [{ index, policy, pool: ownersPool(config, policy) }] : [],
    );
    this.writers.take(
      this.held.flatMap(({ policy: { name, ttl, singleWriter }, pool }): WriterPolicy[] => {
        const beforeTtlSeconds = before === undefined ? 0 : earlierTtl(before, config, name);
        return singleWriter === undefined ? [] : [{ name, pool, ttl, singleWriter, beforeTtlSeconds }];
      }),
    );
    this.gates = new Map(
      this.held.map(({ policy: { name }, pool }) => {
        const known = gates.get(name);
        if (known?.pool === pool) return [name, known];
        const record = this.store?.recordOf(name);
        if (record?.pool === pool) this.kept.set(name, record);
        const active = record?.pool === pool ? record.owner : undefined;
        return [name, { pool, state: { ...freshGate, active } }];
      }),
    );
    // What a policy left that is none of these any more must not be believed when it is again.
    const names = new Set(this.held.map(({ policy: { name } }) => name));
    for (const name of this.store?.policies() ?? []) {
      if (names.has(name)) continue;
      this.kept.delete(name);
      void this.store?.save(name, undefined);
    }
    this.parts.lags.update(config.pools.flatMap(({ replication }) => replication?.sources ?? []));
  }

  /** Which tiers are held, by policy. */
  decide(conditions: ComposedConditions): Map<number, Held> {
    const held = new Map<number, Held>();
    let nextMs: number | undefined;
    for (const { index, policy } of this.held) {
      const verdict = this.pass(policy, conditions);
      this.tellVerdict(policy.name, verdict);
      this.verdicts.set(policy.name, verdict);
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
      const active = this.writers.stateOf(name)?.owner ?? this.gates.get(name)?.state.active;
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
      verdict: this.verdicts.get(name),
      writer: this.writers.stateOf(name),
      problem: this.writers.problemOf(name),
    }));
  }

  stop(): void {
    this.timer?.cancel();
    this.writers.stop();
  }

  /** Moves are told by whoever makes them; that there is none is told here. */
  private tellVerdict(policy: string, verdict: GateVerdict): void {
    const stood = standingOf(this.verdicts.get(policy));
    const stands = standingOf(verdict);
    if (stood === stands) return;
    const { log } = this.parts;
    if (stands === 'behind')
      log.warn({ policy }, `${policy}: those that are up are behind, and are waited for`);
    else if (stands === 'closed')
      log.error(
        { policy },
        `${policy}: those that are up are behind, and were waited for: nobody is answered`,
      );
    else if (stood === 'behind' || stood === 'closed')
      log.info({ policy }, `${policy}: nobody is waited for any more`);
  }

  private pass(policy: FailoverPolicy, conditions: ComposedConditions): GateVerdict {
    const { name } = policy;
    const writer = this.writers.stateOf(name);
    const { pool, state: before } = this.gates.get(name)!;
    // Until another is answered the owner stays it, whoever was wanted meanwhile.
    const state = writer === undefined ? before : { ...before, active: writer.owner };
    const lags = { lagOf: (source: LagSource) => this.parts.lags.loadOf(source)?.value };
    const tiers = gateTiers(this.config!, policy, conditions, lags, state.active);
    const passed = passGate(state, tiers, this.parts.clock.monotonicMs(), policy.failback);
    this.gates.set(name, { pool, state: passed.state });
    return passed.verdict;
  }

  /** By a gate alone: who took over last is kept on disk as well as that goes. */
  private gated({ name, tiers, ttl }: FailoverPolicy, verdict: GateVerdict): Held {
    const { pool, state } = this.gates.get(name)!;
    const { active } = state;
    const before = this.kept.get(name);
    // The longest of this run: a single writer after it has to wait for that.
    const ttlSeconds = Math.max(ttl.maxSeconds, before?.ttlSeconds ?? 0);
    if (active !== undefined && (active !== before?.owner || ttlSeconds !== before.ttlSeconds)) {
      const record = { pool, owner: active, epoch: 0, lastEpoch: 0, ttlSeconds };
      this.kept.set(name, record);
      void this.store?.save(name, record);
    }
    const own = verdict.kind === 'closed' ? undefined : active;
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

function standingOf(verdict: GateVerdict | undefined): 'well' | 'behind' | 'closed' {
  if (verdict?.kind === 'closed') return 'closed';
  return verdict?.kind === 'wait' && verdict.untilMs !== undefined ? 'behind' : 'well';
}
