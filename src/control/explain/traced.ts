import { assert } from '../../runtime/assert.ts';
import { NodeKind, SlotField, WalkField } from '../../steering/nodes.ts';
import { Step, type Trace } from '../../steering/trace.ts';

/** A node that a decision went through. */
export interface TracedNode {
  readonly place: number;
  /** What it went by: number in a view, owner's region, seed. */
  readonly detail: number;
  /** Of a walk, in the order in which slots were visited. */
  readonly visits: readonly Visit[];
  /** Of a branch or an owner. */
  readonly child: TracedNode | undefined;
  /** Candidates that it gave by itself, and how many there were before. */
  readonly gave: number;
  readonly before: number;
  /** Its fallback, when that was asked. */
  readonly next: TracedNode | undefined;
}

export interface Visit {
  /** Place of the slot. */
  readonly slot: number;
  /** `ended`: the slot's node forbade to go on. */
  readonly outcome: 'taken' | 'empty' | 'not-let-in' | 'void' | 'ended';
  readonly lastResort: boolean;
  readonly node: TracedNode | undefined;
}

export interface TracedDecision {
  readonly root: TracedNode | undefined;
  /** Steps are missing at the end. */
  readonly truncated: boolean;
}

/** The steps of a decision as the tree that they were; of several, one behind the other for an alias, the last. */
export function readTrace(trace: Trace, words: Int32Array): TracedDecision {
  const reader = new TraceReader(trace, words);
  let root: TracedNode | undefined;
  while (reader.hasMore) root = reader.begin();
  return { root, truncated: reader.truncated };
}

class TraceReader {
  truncated = false;
  private readonly trace: Trace;
  private readonly words: Int32Array;
  private at = 0;
  private given = 0;

  constructor(trace: Trace, words: Int32Array) {
    this.trace = trace;
    this.words = words;
  }

  get hasMore(): boolean {
    return this.at < this.trace.count;
  }

  /** The next decision: each begins with nothing chosen. */
  begin(): TracedNode {
    this.given = 0;
    return this.node();
  }

  private node(): TracedNode {
    assert(this.step() === Step.NODE, 'a node begins with its own step');
    const { place, detail } = this;
    this.at++;
    const before = this.given;
    const { visits, child } = this.inside(place);
    let gave = 0;
    if (this.step() === Step.END) {
      gave = this.detail;
      // Groups are where candidates come from; all else sums up.
      if (this.words[place] === NodeKind.GROUP) this.given += gave;
      this.at++;
    } else this.truncated = true;
    const asksNext = this.step() === Step.FALLBACK && this.place === place;
    if (asksNext) this.at++;
    const next = asksNext && this.more() ? this.node() : undefined;
    return { place, detail, visits, child, gave, before, next };
  }

  private inside(place: number): { visits: Visit[]; child: TracedNode | undefined } {
    const visits: Visit[] = [];
    const isWalk = this.words[place] === NodeKind.WALK;
    let child: TracedNode | undefined;
    while (this.step() !== undefined && this.step() !== Step.END) {
      if (isWalk) visits.push(this.visit(place));
      else child = this.node();
    }
    return { visits, child };
  }

  private visit(walk: number): Visit {
    if (this.step() === Step.NOT_LET_IN) return this.slotStep('not-let-in', false, undefined);
    if (this.step() === Step.VOID) return this.slotStep('void', false, undefined);
    if (this.step() === Step.LAST_RESORT) return this.lastResort();
    const node = this.node();
    const [step, owner] = [this.step(), this.place];
    if ((step === Step.TAKEN || step === Step.EMPTY) && owner === walk)
      return this.slotStep(step === Step.TAKEN ? 'taken' : 'empty', false, node);
    return { slot: this.slotOf(walk, node.place), outcome: 'ended', lastResort: false, node };
  }

  private lastResort(): Visit {
    const slot = this.detail;
    this.at++;
    if (this.step() === Step.VOID) return this.slotStep('void', true, undefined);
    if (!this.more()) return { slot, outcome: 'ended', lastResort: true, node: undefined };
    const node = this.node();
    const gave = this.given > node.before;
    return { slot, outcome: gave ? 'taken' : 'empty', lastResort: true, node };
  }

  private slotStep(outcome: Visit['outcome'], lastResort: boolean, node: TracedNode | undefined): Visit {
    const slot = this.detail;
    this.at++;
    return { slot, outcome, lastResort, node };
  }

  /** No step names a slot whose node ended the decision: it is known by its child. */
  private slotOf(walk: number, child: number): number {
    const count = this.words[walk + WalkField.COUNT]!;
    let slot = walk + WalkField.SLOTS;
    for (let i = 0; i < count && this.words[slot + SlotField.CHILD] !== child; i++) slot += SlotField.SIZE;
    return slot;
  }

  private more(): boolean {
    this.truncated ||= this.step() === undefined;
    return this.step() !== undefined;
  }

  /** Undefined behind the last one. */
  private step(): number | undefined {
    return this.at < this.trace.count ? this.trace.words[3 * this.at] : undefined;
  }

  private get place(): number {
    return this.trace.words[3 * this.at + 1]!;
  }

  private get detail(): number {
    return this.trace.words[3 * this.at + 2]!;
  }
}
