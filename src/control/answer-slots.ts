import type { AnswerLabels } from '../metrics/worker-counters.ts';
import { limits } from '../runtime/limits.ts';

/**
 * Gives each (policy, region) pair its counter slot for the life of the process: a reload must not make a counter
 * go back or count for somebody else. Pairs beyond the bound share the last slot.
 */
export class AnswerSlots {
  private readonly slots = new Map<string, number>();
  readonly labels = new Map<number, AnswerLabels>();

  slotOf(policy: string, region: string): number {
    const key = `${policy}\n${region}`;
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    const last = limits.answerCounters - 1;
    const slot = Math.min(this.slots.size, last);
    this.slots.set(key, slot);
    this.labels.set(slot, slot < last ? { policy, region } : { policy: 'other', region: 'other' });
    return slot;
  }
}
