import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DueQueue } from '../../src/health/due-queue.ts';

it('gives back what was pushed by time, then by turn, and nothing before its time', () => {
  const action = fc.oneof(
    fc.record({ push: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ takeAt: fc.integer({ min: 0, max: 20 }) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 100 }), (actions) => {
      const queue = new DueQueue<number>();
      let model: { dueMs: number; item: number }[] = [];
      for (const [item, act] of actions.entries()) {
        if ('push' in act) {
          queue.push(act.push, item);
          model.push({ dueMs: act.push, item });
          model.sort((a, b) => a.dueMs - b.dueMs || a.item - b.item);
        } else {
          const due = model[0] !== undefined && model[0].dueMs <= act.takeAt ? model[0] : undefined;
          if (due !== undefined) model = model.slice(1);
          expect(queue.take(act.takeAt)).toBe(due?.item);
        }
        expect(queue.firstDueMs).toBe(model[0]?.dueMs);
      }
      queue.clear();
      expect(queue.take(Number.MAX_VALUE)).toBeUndefined();
    }),
  );
});
