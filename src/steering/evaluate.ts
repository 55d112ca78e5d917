import type { GeoMap } from '../geo/map.ts';
import type { Asker } from './asker.ts';
import type { Choice } from './choice.ts';
import type { Evaluator } from './evaluator.ts';
import { drawGroup } from './group.ts';
import { BranchField, NodeFlag, NodeHeader, NodeKind, OwnerField, VOID } from './nodes.ts';
import { labelHash, type OwnerView } from './owners.ts';
import { Step, type Trace } from './trace.ts';
import { endAtVoid, giveUp, walkSlots } from './walk.ts';

/** What a decision is made from: the rotation's words, the views, the tables of owners. One object per worker. */
export class Decider implements Evaluator {
  words: Int32Array = new Int32Array(0);
  views: readonly GeoMap[] = [];
  owners: readonly OwnerView[] = [];
  /** Of explanations; a worker has none. */
  trace: Trace | undefined;

  /**
   * Adds the candidates that the node at `place` gives this asker, until `choice` holds `wanted`. Trees are finite and
   * bounded in depth by the config, which the compiler has made sure of; but many ways may lead to one node, so that
   * steps are counted, and the last one ends the decision. Allocates nothing.
   */
  evaluate(place: number, wanted: number, asker: Asker, choice: Choice): void {
    const { words, trace } = this;
    const before = choice.count;
    if (--asker.stepsLeft < 0) {
      giveUp(this, place, asker, choice);
      return;
    }
    const ttlSeconds = words[place + NodeHeader.TTL]!;
    if (ttlSeconds < asker.ttlSeconds) asker.ttlSeconds = ttlSeconds;
    switch (words[place]) {
      case NodeKind.GROUP:
        this.group(place, wanted, asker, choice);
        break;
      case NodeKind.WALK:
        walkSlots(this, place, wanted, asker, choice);
        break;
      case NodeKind.BRANCH:
        this.branch(place, wanted, asker, choice);
        break;
      case NodeKind.OWNER:
        this.owner(place, wanted, asker, choice);
        break;
      default:
        trace?.push(Step.NODE, place, 0);
        if (before === 0) this.serves(place, asker);
        // Nothing else may be tried where residency forbids all: no fallback of a policy around it either.
        if (this.isFinal(place)) asker.stopped = true;
    }
    trace?.push(Step.END, place, choice.count - before);
    const fallback = words[place + NodeHeader.FALLBACK]!;
    if (fallback === 0 || choice.count > before || asker.stopped) return;
    trace?.push(Step.FALLBACK, place, 0);
    this.evaluate(fallback, wanted, asker, choice);
  }

  /** The answer is what this node says of itself. */
  serves(place: number, asker: Asker): void {
    asker.serving = this.words[place + NodeHeader.SERVING]!;
    asker.servingPolicy = this.words[place + NodeHeader.POLICY]!;
  }

  private group(place: number, wanted: number, asker: Asker, choice: Choice): void {
    this.trace?.push(Step.NODE, place, 0);
    const before = choice.count;
    const final = this.isFinal(place);
    if (before === 0 || !final) drawGroup(this.words, place, wanted, asker, choice);
    if (before === 0) this.serves(place, asker);
    if (final) asker.stopped = true;
  }

  private isFinal(place: number): boolean {
    return (this.words[place + NodeHeader.FLAGS]! & NodeFlag.FINAL) !== 0;
  }

  private branch(place: number, wanted: number, asker: Asker, choice: Choice): void {
    const { words } = this;
    const number = asker.number(this.views[words[place + BranchField.VIEW]!]!);
    this.trace?.push(Step.NODE, place, number);
    if (number >= words[place + BranchField.COUNT]!) return;
    const child = words[place + BranchField.CHILDREN + number]!;
    if (child === VOID) endAtVoid(this, place, asker, choice);
    else if (child !== 0) this.evaluate(child, wanted, asker, choice);
  }

  private owner(place: number, wanted: number, asker: Asker, choice: Choice): void {
    const { words } = this;
    const table = this.owners[words[place + OwnerField.TABLE]!]!;
    const region = table.find(asker.name, asker.labelAt, labelHash(asker.name, asker.labelAt));
    this.trace?.push(Step.NODE, place, region);
    const child = words[place + (region < 0 ? OwnerField.UNKNOWN : OwnerField.CHILDREN + region)]!;
    if (child !== 0) this.evaluate(child, wanted, asker, choice);
  }
}
