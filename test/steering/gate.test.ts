import { describe, expect, it } from 'vitest';
import { freshGate, type GateState, type GateTier, passGate } from '../../src/steering/gate.ts';

const tier = (name: string, own: Partial<GateTier> = {}): GateTier => ({
  ...{ name, rung: 0, caughtUp: true, promoted: false, waitMs: 120_000, afterWait: 'nodata' },
  ...own,
});
const down = { rung: undefined };
const degraded = { rung: 1 };
const drained = { rung: 3 };
const behind = { caughtUp: false };

/** What the gate says of `a` and `b` when `active` is in service. */
function pass(
  active: string | undefined,
  tiers: readonly GateTier[],
  nowMs = 0,
  before?: GateState,
  failback = true,
) {
  const { state, verdict } = passGate(before ?? { ...freshGate, active }, tiers, nowMs, failback);
  return { state, said: verdict.kind === 'tier' ? tiers[verdict.tier]!.name : verdict.kind };
}

describe('a gate', () => {
  it.each<[string, string | undefined, GateTier[], string]>([
    ['keeps who is in service, whatever its lag', 'a', [tier('a', behind), tier('b')], 'a'],
    ['lets a standby that is caught up take over', 'a', [tier('a', down), tier('b')], 'b'],
    ['does not let one that is behind', 'a', [tier('a', down), tier('b', behind)], 'wait'],
    [
      'passes by one that is behind for the next that is not',
      'a',
      [tier('a', down), tier('b', behind), tier('c')],
      'c',
    ],
    ['does not let in again who comes back behind', 'b', [tier('a', behind), tier('b')], 'b'],
    ['does when it is caught up', 'b', [tier('a'), tier('b', behind)], 'a'],
    ['lets in nobody at first who is behind', undefined, [tier('a', behind), tier('b', behind)], 'wait'],
    ['does what people say', 'a', [tier('a'), tier('b', { ...behind, promoted: true })], 'b'],
    ['but not with one that is down', 'a', [tier('a'), tier('b', { ...down, promoted: true })], 'a'],
    ['waits for nobody when nobody is up', 'a', [tier('a', down), tier('b', down)], 'wait'],
    ['lets one that stands better take over', 'a', [tier('a', degraded), tier('b')], 'b'],
    [
      'keeps one that is drained while the other is behind',
      'a',
      [tier('a', drained), tier('b', behind)],
      'a',
    ],
    [
      'keeps one that is degraded while the other is behind',
      'a',
      [tier('a', degraded), tier('b', behind)],
      'a',
    ],
    [
      'takes one that stands worse before one that is behind',
      'a',
      [tier('a', down), tier('b', behind), tier('c', drained)],
      'c',
    ],
  ])('%s', (_, active, tiers, said) => {
    expect(pass(active, tiers).said).toBe(said);
  });

  it('waits for those that are behind from when nobody else could serve, then does as told', () => {
    const tiers = [tier('a', down), tier('b', behind)];
    const first = pass('a', tiers, 5_000);
    expect(first.state).toEqual({ ...freshGate, active: 'a', behindSinceMs: 5_000 });
    expect(pass('a', tiers, 124_999, first.state).said).toBe('wait');
    expect(pass('a', tiers, 125_000, first.state).said).toBe('closed');
    const serving = [tier('a', down), tier('b', { ...behind, afterWait: 'serve' })];
    const forced = pass('a', serving, 125_000, first.state);
    expect([forced.said, forced.state.active]).toEqual(['b', 'b']);
    // It is in service now: the one that comes back behind has to catch up with it.
    expect(pass('b', [tier('a', behind), serving[1]!], 130_000, forced.state).said).toBe('b');
  });

  it('lets in whom it has waited for until that one is in service, not for another wait', () => {
    const tiers = [tier('a', down), tier('b', { ...behind, afterWait: 'serve' })];
    const waiting = pass('a', tiers, 0);
    const admitted = pass('a', tiers, 120_000, waiting.state);
    expect(admitted).toMatchObject({ said: 'b', state: { admitted: 'b' } });
    // Its answers may have to run out first: who is in service says somebody else.
    const later = pass('a', tiers, 125_000, { ...admitted.state, active: 'a' });
    expect(later.said).toBe('b');
    const back = pass('a', [tier('a'), tiers[1]!], 126_000, { ...later.state, active: 'a' });
    expect(back).toMatchObject({ said: 'a', state: { admitted: undefined } });
  });

  it.each<[string, GateTier[], string]>([
    ['the one in service stays when a preferred one is back', [tier('a'), tier('b')], 'b'],
    ['but not when it is down', [tier('a'), tier('b', down)], 'a'],
    ['nor when the other stands better', [tier('a'), tier('b', degraded)], 'a'],
    ['nor when people say so', [tier('a', { promoted: true }), tier('b')], 'a'],
  ])('without failback %s', (_, tiers, said) => {
    expect(pass('b', tiers, 0, undefined, false).said).toBe(said);
  });

  it('begins to wait anew after somebody could serve', () => {
    const waiting = pass('a', [tier('a', down), tier('b', behind)], 1_000);
    const again = pass('a', [tier('a'), tier('b', behind)], 2_000, waiting.state);
    expect(again.state.behindSinceMs).toBeUndefined();
  });
});
