import type { AnswerLabels } from '../metrics/worker-counters.ts';
import { limits } from '../runtime/limits.ts';
import type { CountedSlots } from '../snapshot/compile/rotation-builder.ts';

/**
 * Gives each (policy, region) pair, and each policy's refusals, a counter slot for the life of the process: a reload must not make a counter
 * go back or count for somebody else. Pairs beyond the bound share the last slot.
 */
export class AnswerSlots implements CountedSlots {
  private readonly slots = new Map<string, number>();
  readonly labels = new Map<number, AnswerLabels>();

  answers(policy: string, region: string): number {
    return this.slotOf({ policy, region });
  }

  refusals(policy: string): number {
    return this.slotOf({ policy, region: undefined });
  }

  private slotOf({ policy, region }: AnswerLabels): number {
    const key = `${policy}\n${region ?? ''}`;
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    const last = limits.answerCounters - 1;
    const slot = Math.min(this.slots.size, last);
    this.slots.set(key, slot);
    this.labels.set(slot, slot < last ? { policy, region } : { policy: 'other', region: 'other' });
    return slot;
  }
}
