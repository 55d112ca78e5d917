import { describe, expect, it } from 'vitest';
import { ConnectionTable } from '../../src/server/stream-connections.ts';

function setUp(most: number, mostPerClient: number) {
  const table = new ConnectionTable<Entry>(most, mostPerClient);
  const closed: string[] = [];
  const add = (name: string, client: string | undefined, activeMs: number): Entry => {
    const entry: Entry = { name, client, activeMs, close: () => closed.push(name) };
    table.add(entry);
    return entry;
  };
  const touch = (entry: Entry, nowMs: number): void => {
    entry.activeMs = nowMs;
    table.touch(entry);
  };
  return { table, closed, add, touch };
}

interface Entry {
  readonly name: string;
  readonly client: string | undefined;
  activeMs: number;
  close(): void;
}

describe('ConnectionTable', () => {
  it('lets the longest idle connection give way when all places are taken', () => {
    const { table, closed, add, touch } = setUp(3, 3);
    const first = add('a', 'x', 0);
    add('b', 'x', 1);
    add('c', 'y', 2);
    touch(first, 3);
    add('d', 'z', 4);
    expect(closed).toEqual(['b']);
    expect(table.size).toBe(3);
  });

  it('takes the place from the same client when that client has its share', () => {
    const { closed, add } = setUp(10, 2);
    add('other', 'y', 0);
    for (const name of ['a', 'b', 'c', 'd']) add(name, 'x', 1);
    expect(closed).toEqual(['a', 'b']);
  });

  it('bounds those whose client is not known yet only in all', () => {
    const { closed, add } = setUp(3, 1);
    for (const name of ['a', 'b', 'c', 'd']) add(name, undefined, 1);
    expect(closed).toEqual(['a']);
  });

  it('closes those that were idle for too long, and no others', () => {
    const { table, closed, add, touch } = setUp(10, 10);
    const first = add('a', 'x', 0);
    add('b', 'x', 100);
    add('c', 'x', 200);
    touch(first, 300);
    expect(table.closeIdle(200)).toBe(1);
    expect(closed).toEqual(['b']);
    expect(table.closeIdle(301)).toBe(2);
    expect(table.size).toBe(0);
  });

  it('forgets what was removed: it is neither touched nor closed again', () => {
    const { table, closed, add, touch } = setUp(1, 1);
    const entry = add('a', 'x', 0);
    table.remove(entry);
    table.remove(entry);
    touch(entry, 9);
    add('b', 'x', 1);
    expect(table.closeIdle(1)).toBe(0);
    expect(closed).toEqual([]);
  });
});
