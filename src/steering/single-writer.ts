/**
 * Who is answered by a policy that never names two owners within one TTL. A pure state machine: events in, a new state and
 * effects out. docs/decisions/0010-single-writer.md says why it has these stages. All times are monotonic ms.
 */

export interface WriterState {
  /** Whom the newest answers name, or named last; undefined: not known, so caches may hold anybody. */
  readonly owner: string | undefined;
  /** Of the owner. */
  readonly epoch: number;
  /** The highest that was given to any move. */
  readonly lastEpoch: number;
  /** The longest TTL with which the owner has been answered. */
  readonly ttlSeconds: number;
  /** A fence or the disk may know another owner by now: the owner is not answered without their word. */
  readonly disowned: boolean;
  /** Whom health and people want; undefined: nobody is usable. */
  readonly wanted: string | undefined;
  /** A longer TTL is being stored before it is used; not before `raiseMs` when that failed. */
  readonly raising: boolean;
  readonly raiseMs: number;
  readonly move: Move | undefined;
}

/** A change of owner under way. */
export interface Move {
  readonly to: string;
  readonly epoch: number;
  readonly stage: Stage;
  /** When every answer that named the owner has run out; undefined while it is not known to be withdrawn. */
  readonly runOutMs: number | undefined;
  /** An effect of this stage is under way. */
  readonly busy: boolean;
  /** A failed effect is tried again then. */
  readonly retryMs: number;
  /** When the fence was asked first. */
  readonly fencedSinceMs: number | undefined;
}

/**
 * `announce`: the epoch is being stored, the owner still answered. `withdraw`: until no worker answers the owner any more.
 * `drain`: until its answers have run out. `fence`: until it is confirmed. `commit`: the new owner is being stored.
 */
export type Stage = 'announce' | 'withdraw' | 'drain' | 'fence' | 'commit';

/** What is on disk. After a restart it is all that is known. */
export interface WriterRecord {
  readonly owner: string | undefined;
  readonly epoch: number;
  readonly lastEpoch: number;
  readonly ttlSeconds: number;
}

export interface WriterRules {
  /** Longest TTL of the policy. */
  readonly ttlSeconds: number;
  /** Waited for on top of the longest TTL. */
  readonly marginMs: number;
  /** Undefined: nobody has to confirm. `giveUpMs` undefined: without confirmation nobody is answered. */
  readonly fence: { readonly giveUpMs: number | undefined } | undefined;
}

export type WriterEvent =
  | { readonly kind: 'want'; readonly owner: string | undefined }
  | { readonly kind: 'tick' }
  /** The snapshot that does not name the owner any more is in use everywhere. */
  | { readonly kind: 'withdrawn'; readonly epoch: number }
  | { readonly kind: 'stored'; readonly record: WriterRecord; readonly ok: boolean }
  | { readonly kind: 'fenced'; readonly epoch: number; readonly ok: boolean };

export type WriterEffect =
  | { readonly kind: 'store'; readonly record: WriterRecord }
  | {
      readonly kind: 'fence';
      readonly from: string | undefined;
      readonly to: string;
      readonly epoch: number;
    };

export interface WriterOutcome {
  readonly state: WriterState;
  readonly effects: readonly WriterEffect[];
}

/** A store or a fence that failed is tried again after so long. */
const WRITER_RETRY_MS = 1_000;

/**
 * The state after a start. `record`: what the disk has. One without an epoch is no single writer's: it tells TTLs alone.
 * Without a record the first epoch is `freshEpoch`, which should be above all that were lost. A move that the record tells of
 * may have reached a fence: then the owner needs its word again. `beforeTtlSeconds`: the longest TTL with which anybody else
 * answered the names before.
 */
export function restartWriter(
  record: WriterRecord | undefined,
  rules: WriterRules,
  freshEpoch: number,
  beforeTtlSeconds = 0,
): WriterState {
  const lastEpoch = record?.lastEpoch ?? 0;
  const still = { wanted: undefined, raising: false, raiseMs: 0, move: undefined } as const;
  if (record === undefined || record.epoch === 0) {
    const ttlSeconds = Math.max(record?.ttlSeconds ?? 0, rules.ttlSeconds, beforeTtlSeconds);
    const disowned = rules.fence !== undefined;
    const epochs = { epoch: 0, lastEpoch: Math.max(lastEpoch, freshEpoch - 1) };
    return { ...still, ...epochs, owner: undefined, ttlSeconds, disowned };
  }
  const { owner, epoch, ttlSeconds } = record;
  const disowned = rules.fence !== undefined && lastEpoch > epoch;
  return { ...still, owner, epoch, lastEpoch, ttlSeconds, disowned };
}

/** The names are another pool's from now on: whoever was their owner is none of it, and still in caches. */
export function forgetOwner(state: WriterState, rules: WriterRules): WriterState {
  const ttlSeconds = Math.max(state.ttlSeconds, rules.ttlSeconds);
  const { epoch, lastEpoch } = state;
  return restartWriter(
    { owner: undefined, epoch: 0, lastEpoch: Math.max(epoch, lastEpoch), ttlSeconds },
    rules,
    0,
  );
}

/** Whom answers may name now; undefined: nobody. */
export function answeredOwner({ owner, disowned, move }: WriterState): string | undefined {
  if (disowned) return undefined;
  return move === undefined || (move.stage === 'announce' && move.runOutMs === undefined) ? owner : undefined;
}

/** When a `tick` is due; undefined: only another event changes something. */
export function nextTickMs({ move, wanted }: WriterState): number | undefined {
  if (move === undefined || move.to !== wanted || move.busy || move.stage === 'withdraw') return undefined;
  return move.stage === 'drain' ? move.runOutMs : move.retryMs;
}

export function advanceWriter(
  state: WriterState,
  event: WriterEvent,
  rules: WriterRules,
  nowMs: number,
): WriterOutcome {
  return settle(taken(state, event, rules, nowMs), rules, nowMs);
}

/** What the event itself changes. Those that belong to a move of before change nothing. */
function taken(state: WriterState, event: WriterEvent, rules: WriterRules, nowMs: number): WriterState {
  const { move } = state;
  switch (event.kind) {
    case 'want':
      return { ...state, wanted: event.owner };
    case 'tick':
      return state;
    case 'withdrawn': {
      if (move?.stage !== 'withdraw' || move.epoch !== event.epoch) return state;
      const runOutMs = nowMs + 1_000 * state.ttlSeconds + rules.marginMs;
      return { ...state, move: { ...move, stage: 'drain', runOutMs } };
    }
    case 'stored':
      return afterStore(state, event.record, event.ok, nowMs);
    case 'fenced':
      if (move?.stage !== 'fence' || move.epoch !== event.epoch || !move.busy) return state;
      if (event.ok || isGivenUp(move, rules, nowMs))
        return { ...state, move: { ...move, stage: 'commit', busy: false, retryMs: nowMs } };
      return { ...state, move: { ...move, busy: false, retryMs: nowMs + WRITER_RETRY_MS } };
  }
}

function isGivenUp({ fencedSinceMs }: Move, { fence }: WriterRules, nowMs: number): boolean {
  return fence?.giveUpMs !== undefined && nowMs - (fencedSinceMs ?? nowMs) >= fence.giveUpMs;
}

function afterStore(state: WriterState, record: WriterRecord, ok: boolean, nowMs: number): WriterState {
  const { move } = state;
  if (move === undefined) return afterRaise(state, record, ok, nowMs);
  if (!move.busy || record.lastEpoch !== move.epoch) return state;
  const isCommit = record.epoch === move.epoch;
  if (isCommit !== (move.stage === 'commit')) return state;
  if (!ok) return { ...state, move: { ...move, busy: false, retryMs: nowMs + WRITER_RETRY_MS } };
  if (isCommit) {
    const { owner, epoch, ttlSeconds } = record;
    return { ...state, owner, epoch, ttlSeconds, disowned: false, move: undefined };
  }
  const stage = move.runOutMs === undefined ? 'withdraw' : 'drain';
  return { ...state, move: { ...move, stage, busy: false } };
}

function afterRaise(state: WriterState, record: WriterRecord, ok: boolean, nowMs: number): WriterState {
  if (!state.raising || record.owner !== state.owner || record.epoch !== state.epoch) return state;
  if (!ok) return { ...state, raising: false, raiseMs: nowMs + WRITER_RETRY_MS };
  return { ...state, raising: false, ttlSeconds: record.ttlSeconds };
}

/** Goes as far as it goes without another event. */
function settle(state: WriterState, rules: WriterRules, nowMs: number): WriterOutcome {
  const { move } = state;
  if (move === undefined) return begin(state, rules, nowMs);
  if (state.wanted !== move.to) {
    // What is being written cannot be called back: it is the owner's turn to be replaced then.
    if (move.stage === 'commit' && move.busy) return still(state);
    return divert(state, move, rules, nowMs);
  }
  return proceed(state, move, rules, nowMs);
}

function begin(state: WriterState, rules: WriterRules, nowMs: number): WriterOutcome {
  const { wanted, owner, disowned, ttlSeconds, raising, raiseMs } = state;
  if (wanted === undefined) return still(state);
  if (wanted !== owner || disowned) return announce(state, wanted, undefined, nowMs);
  if (raising || nowMs < raiseMs || rules.ttlSeconds <= ttlSeconds) return still(state);
  return store({ ...state, raising: true }, { ...recordOf(state), ttlSeconds: rules.ttlSeconds });
}

/** Gives the move an epoch, on disk before anything else happens: where nothing can be stored, nobody is promoted. */
function announce(
  state: WriterState,
  to: string,
  runOutMs: number | undefined,
  nowMs: number,
): WriterOutcome {
  const epoch = state.lastEpoch + 1;
  const move: Move = {
    ...{ to, epoch, stage: 'announce', runOutMs, busy: true },
    ...{ retryMs: nowMs, fencedSinceMs: undefined },
  };
  const announced = { ...state, raising: false, lastEpoch: epoch, move };
  return store(announced, recordOf(announced));
}

/** Somebody else is wanted than the move leads to. */
function divert(state: WriterState, move: Move, rules: WriterRules, nowMs: number): WriterOutcome {
  const { wanted, owner, disowned } = state;
  if (!disowned && owner !== undefined && (wanted === undefined || wanted === owner)) {
    // Nobody else was named and no fence was asked: the owner never ceased to be it.
    const kept = { ...state, epoch: state.lastEpoch, move: undefined };
    return store(kept, recordOf(kept));
  }
  if (wanted === undefined) return still(state);
  // A fence that knows an epoch with another owner gets a higher one.
  if (disowned && move.stage !== 'announce') return announce(state, wanted, move.runOutMs, nowMs);
  return proceed({ ...state, move: { ...move, to: wanted } }, { ...move, to: wanted }, rules, nowMs);
}

function proceed(state: WriterState, move: Move, rules: WriterRules, nowMs: number): WriterOutcome {
  if (move.busy) return still(state);
  switch (move.stage) {
    case 'withdraw':
      return still(state);
    case 'announce':
      if (nowMs < move.retryMs) return still(state);
      return store({ ...state, move: { ...move, busy: true } }, recordOf(state));
    case 'drain':
      if (nowMs < move.runOutMs!) return still(state);
      return rules.fence === undefined
        ? commit(state, move, rules)
        : askFence(state, { ...move, fencedSinceMs: nowMs });
    case 'fence':
      if (nowMs < move.retryMs) return still(state);
      // The config may have lost its fence meanwhile.
      return rules.fence === undefined ? commit(state, move, rules) : askFence(state, move);
    case 'commit':
      return nowMs < move.retryMs ? still(state) : commit(state, move, rules);
  }
}

function askFence(state: WriterState, move: Move): WriterOutcome {
  const asked: WriterState = { ...state, disowned: true, move: { ...move, stage: 'fence', busy: true } };
  return {
    state: asked,
    effects: [{ kind: 'fence', from: state.owner, to: move.to, epoch: move.epoch }],
  };
}

/** A write that fails may have reached the disk all the same: until one succeeds, nobody is answered. */
function commit(state: WriterState, move: Move, { ttlSeconds }: WriterRules): WriterOutcome {
  const committing: WriterState = {
    ...state,
    disowned: true,
    move: { ...move, stage: 'commit', busy: true },
  };
  return store(committing, { owner: move.to, epoch: move.epoch, lastEpoch: move.epoch, ttlSeconds });
}

function recordOf({ owner, epoch, lastEpoch, ttlSeconds }: WriterState): WriterRecord {
  return { owner, epoch, lastEpoch, ttlSeconds };
}

function store(state: WriterState, record: WriterRecord): WriterOutcome {
  return { state, effects: [{ kind: 'store', record }] };
}

function still(state: WriterState): WriterOutcome {
  return { state, effects: [] };
}
