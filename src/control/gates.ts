import type { FailoverPolicy } from '../config/policy-model.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { freshGate, type GateState, type GateTier, type GateVerdict, passGate } from '../steering/gate.ts';
import type { StoredWriter, WriterStore } from './writer-store.ts';

/** A failover of which one tier alone may serve. */
export interface HeldPolicy {
  readonly index: number;
  readonly policy: FailoverPolicy;
  /** Whose endpoints and regions its tiers are. */
  readonly pool: string;
}

/** Who took over last in each such failover, and what its gate says; remembered by names, over reloads, and on disk. */
export class Gates {
  private readonly clock: Clock;
  private readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  private store: WriterStore | undefined;
  private gates = new Map<string, { readonly pool: string; readonly state: GateState }>();
  private readonly verdicts = new Map<string, GateVerdict>();
  /** What was to be kept on disk last, of gates alone. */
  private readonly kept = new Map<string, StoredWriter>();

  constructor(clock: Clock, log: Pick<Log, 'info' | 'warn' | 'error'>) {
    this.clock = clock;
    this.log = log;
  }

  open(store: WriterStore): void {
    this.store = store;
  }

  take(held: readonly HeldPolicy[]): void {
    const { gates, store } = this;
    this.gates = new Map(
      held.map(({ policy: { name, singleWriter }, pool }) => {
        const known = gates.get(name);
        // What a writer has on disk is its own; a gate after it writes anew.
        if (singleWriter !== undefined) this.kept.delete(name);
        if (known?.pool === pool) return [name, known];
        const record = store?.recordOf(name);
        if (record?.pool === pool && record.epoch === 0) this.kept.set(name, record);
        const active = record?.pool === pool ? record.owner : undefined;
        return [name, { pool, state: { ...freshGate, active } }];
      }),
    );
    // What a policy left that is none of these any more must not be believed when it is again.
    for (const name of store?.policies() ?? []) {
      if (this.gates.has(name)) continue;
      this.kept.delete(name);
      this.verdicts.delete(name);
      void store?.save(name, undefined);
    }
  }

  /** `owner`: of a single writer, undefined where none is known; until another is answered it stays the one in service. */
  pass(
    { name, failback }: FailoverPolicy,
    tiers: (active: string | undefined) => readonly GateTier[],
    writer: { readonly owner: string | undefined } | undefined,
  ): GateVerdict {
    const { pool, state: before } = this.gates.get(name)!;
    const state = writer === undefined ? before : { ...before, active: writer.owner };
    const passed = passGate(state, tiers(state.active), this.clock.monotonicMs(), failback);
    this.gates.set(name, { pool, state: passed.state });
    this.tell(name, passed.verdict);
    this.verdicts.set(name, passed.verdict);
    return passed.verdict;
  }

  verdictOf(name: string): GateVerdict | undefined {
    return this.verdicts.get(name);
  }

  /** The tier in service, or that was last. */
  activeOf(name: string): string | undefined {
    return this.gates.get(name)?.state.active;
  }

  /** Of a gate alone: who took over last is kept on disk as well as that goes. */
  keep({ name, ttl }: FailoverPolicy): void {
    const { pool, state } = this.gates.get(name)!;
    const before = this.kept.get(name);
    // The longest of all runs: a single writer after it has to wait for that.
    const ttlSeconds = Math.max(ttl.maxSeconds, before?.ttlSeconds ?? 0);
    const { active } = state;
    if (active === undefined) return;
    const record = { pool, owner: active, epoch: 0, lastEpoch: 0, ttlSeconds };
    if (before !== undefined && isSame(record, before)) return;
    this.kept.set(name, record);
    void this.store?.save(name, record);
  }

  /** Moves are told by whoever makes them; that there is none is told here. */
  private tell(policy: string, verdict: GateVerdict): void {
    const stood = standingOf(this.verdicts.get(policy));
    const stands = standingOf(verdict);
    if (stood === stands) return;
    const { log } = this;
    const behind = `${policy}: those that are up are behind`;
    if (stands === 'behind') log.warn({ policy }, `${behind}, and are waited for`);
    else if (stands === 'closed') log.error({ policy }, `${behind}, and were waited for: nobody is answered`);
    else log.info({ policy }, `${policy}: nobody is waited for any more`);
  }
}

function isSame(one: StoredWriter, other: StoredWriter): boolean {
  return one.pool === other.pool && one.owner === other.owner && one.ttlSeconds === other.ttlSeconds;
}

function standingOf(verdict: GateVerdict | undefined): 'well' | 'behind' | 'closed' {
  if (verdict?.kind === 'closed') return 'closed';
  return verdict?.kind === 'wait' && verdict.untilMs !== undefined ? 'behind' : 'well';
}
