import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWriterStore } from '../../src/control/writer-store.ts';

let directory = '';
const warnings: string[] = [];
const open = () => openWriterStore(join(directory, 'state'), (text) => warnings.push(text));
const file = () => join(directory, 'state', 'writers.json');
const db = { pool: 'db', owner: 'us-east', epoch: 7, lastEpoch: 8, ttlSeconds: 20 };

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-writers-'));
  warnings.length = 0;
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('the store of writers', () => {
  it('keeps the record of each policy over a restart, and forgets what is taken out', async () => {
    const store = await open();
    const unknown = { pool: '', owner: undefined, epoch: 0, lastEpoch: 3, ttlSeconds: 5 };
    // Asked for at once: each write has all of those before it.
    const problems = await Promise.all([
      store.save('db', db),
      store.save('other', unknown),
      store.save('gone', db),
    ]);
    expect(problems).toEqual([undefined, undefined, undefined]);
    await store.save('gone', undefined);
    const after = await open();
    expect(['db', 'other', 'gone'].map((name) => after.recordOf(name))).toEqual([db, unknown, undefined]);
    expect(warnings).toEqual([]);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      version: 2,
      entries: [
        { policy: 'db', ...db },
        { policy: 'other', pool: '', epoch: 0, lastEpoch: 3, ttlSeconds: 5 },
      ],
    });
  });

  it('believes nothing that was taken out, whatever waits to be written', async () => {
    const store = await open();
    const writes = [store.save('db', db), store.save('db', { ...db, epoch: 8 }), store.save('db', undefined)];
    expect(store.recordOf('db')).toBeUndefined();
    await Promise.all(writes);
    expect(store.recordOf('db')).toBeUndefined();
    await store.save('db', db);
    expect(store.recordOf('db')).toEqual(db);
    expect((await open()).recordOf('db')).toEqual(db);
  });

  it('says why it could not, and holds what it held', async () => {
    const store = await open();
    await store.save('db', db);
    // A folder in the place of the file that is written first.
    mkdirSync(`${file()}.tmp`);
    expect(await store.save('db', { ...db, owner: 'eu-west' })).toContain('writers.json cannot be written');
    expect(store.recordOf('db')).toEqual(db);
  });

  it.each([
    ['no JSON', '{'],
    ['another version', '{"version":1,"entries":[]}'],
    ['an epoch that is none', JSON.stringify({ version: 2, entries: [{ policy: 'db', ...db, epoch: -1 }] })],
    [
      'a move below its owner',
      JSON.stringify({ version: 2, entries: [{ policy: 'db', ...db, lastEpoch: 6 }] }),
    ],
    ['one entry of two', JSON.stringify({ version: 2, entries: [{ policy: 'db', ...db }, 7] })],
  ])('believes nothing of a file with %s', async (_, text) => {
    mkdirSync(join(directory, 'state'));
    writeFileSync(file(), text);
    expect((await open()).recordOf('db')).toBeUndefined();
    expect(warnings).toEqual([
      `${file()} is ignored: it is not a file of writers of version 2; single writers answer nobody until a TTL and their margin have passed`,
    ]);
  });
});
