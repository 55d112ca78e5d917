import { describe, expect, it } from 'vitest';
import { HostTable } from '../../src/control/host-table.ts';
import { parseAddress } from '../../src/ip/address.ts';
import { limits } from '../../src/runtime/limits.ts';
import { createLog } from '../../src/runtime/log.ts';
import type { HostAddress } from '../../src/snapshot/compile/conditions.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

const config = configOf(`regions: { a: { location: [ 0, 0 ] } }
pools:
  flat: { endpoints: [ { name: f, region: a, host: flat.test }, { name: g, region: a, address: 192.0.2.1, host: g.test } ] }
  alias: { endpoints: [ { name: c, region: a, host: alias.test } ] }
policies:
  flat: { type: nearest, pool: flat }
  alias: { type: nearest, pool: alias }
zones: [ { name: example.com, file: z, steer: { www: flat, far: alias } } ]
`);
const flat = config.pools.findIndex(({ name }) => name === 'flat');

function at(ttlSeconds: number, ...addresses: readonly string[]): HostAddress[] {
  return addresses.map((text) => ({ address: parseAddress(text)!, ttlSeconds }));
}

/** A table whose look-ups give what `found` says now; while that is undefined they wait for `late`. */
class World {
  readonly clock = new FakeClock();
  readonly asked: string[] = [];
  changes = 0;
  private answer!: (found: readonly HostAddress[]) => void;
  private readonly late = new Promise<readonly HostAddress[]>((resolve) => {
    this.answer = resolve;
  });
  found: readonly HostAddress[] | undefined;
  readonly table = new HostTable({
    ...{ clock: this.clock, log: createLog('silent') },
    lookUp: (host) => {
      this.asked.push(host);
      const { found } = this;
      return found === undefined ? this.late : Promise.resolve(found);
    },
    onChange: () => this.changes++,
  });

  answerLate(found: readonly HostAddress[]): Promise<void> {
    this.answer(found);
    return this.clock.advance(0);
  }

  get told(): readonly HostAddress[] {
    return this.table.addressesOf(config, flat, 0);
  }
}

describe('HostTable', () => {
  it('looks up what is flattened, not what aliases lead to', async () => {
    const world = new World();
    world.found = at(30, '192.0.2.7');
    await world.table.add(config);
    expect(world.asked).toEqual(['flat.test.']);
    expect(world.told).toEqual(world.found);
  });

  it('waits for the first look-ups for 2 s in all, and takes what comes later', async () => {
    const world = new World();
    let added = false;
    void world.table.add(config).then(() => {
      added = true;
    });
    await world.clock.advance(limits.hostFirstWaitMs - 1);
    expect(added).toBe(false);
    await world.clock.advance(1);
    expect(added).toBe(true);
    expect(world.told).toEqual([]);
    await world.answerLate(at(30, '192.0.2.7'));
    expect(world.told).toEqual(at(30, '192.0.2.7'));
    expect(world.changes).toBe(1);
  });

  it('does not wait when there is nothing to look up', async () => {
    const world = new World();
    world.found = at(30, '192.0.2.7');
    await world.table.add(config);
    world.found = undefined;
    await world.table.add(config);
    expect(world.asked).toHaveLength(1);
  });

  it.each([
    ['the same', at(30, '192.0.2.7', '192.0.2.8'), 0],
    ['another order', at(30, '192.0.2.8', '192.0.2.7'), 0],
    ['a TTL up to twice as long', at(60, '192.0.2.7', '192.0.2.8'), 0],
    ['a shorter TTL', at(29, '192.0.2.7', '192.0.2.8'), 1],
    ['a much longer TTL', at(61, '192.0.2.7', '192.0.2.8'), 1],
    ['another address', at(30, '192.0.2.7', '192.0.2.9'), 1],
  ])('tells a change: %s', async (_, next, changes) => {
    const world = new World();
    world.found = at(30, '192.0.2.7', '192.0.2.8');
    const first = world.found;
    await world.table.add(config);
    world.changes = 0;
    world.found = next;
    await world.clock.advance(30_000);
    expect(world.asked).toHaveLength(2);
    expect(world.changes).toBe(changes);
    expect(world.told).toEqual(changes === 0 ? first : next);
  });
});
