import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HostSlots } from '../../src/health/host-slots.ts';
import { Seat } from '../../src/health/waiting-list.ts';

it('gives a host as many turns as it has slots, to those that wait in their order, and no host those of another', () => {
  const action = fc.record({ host: fc.constantFrom('a', 'b'), take: fc.boolean() });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const slots = new HostSlots<number>(3);
      const model = { a: { taken: 0, waiting: [] as number[] }, b: { taken: 0, waiting: [] as number[] } };
      for (const [item, { host, take }] of actions.entries()) {
        const known = model[host as 'a' | 'b'];
        if (take) {
          expect(slots.take(host, new Seat(item))).toBe(known.taken < 3);
          if (known.taken < 3) known.taken++;
          else known.waiting.push(item);
        } else if (known.taken > 0) {
          const next = known.waiting.shift();
          expect(slots.give(host)).toBe(next);
          if (next === undefined) known.taken--;
        }
        expect([slots.taken('a'), slots.taken('b')]).toEqual([model.a.taken, model.b.taken]);
      }
    }),
    { seed: 43 },
  );
});

it('passes over one that has left', () => {
  const slots = new HostSlots<string>(1);
  slots.take('a', new Seat('first'));
  const gone = new Seat('gone');
  slots.take('a', gone);
  slots.take('a', new Seat('third'));
  gone.leave();
  expect(slots.give('a')).toBe('third');
});
