import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventOf, parseEvent } from '../../../src/control/timeline/event.ts';
import { TimelineFile } from '../../../src/control/timeline/timeline-file.ts';
import { limits } from '../../../src/runtime/limits.ts';
import { idsOf, newsOf, TimelineWorld } from './world.ts';

const world = new TimelineWorld();

const lineOf = (id: number): string => `${JSON.stringify(eventOf(id, newsOf(), 1_700_000_000_000))}\n`;
const linesOf = (count: number): string => Array.from({ length: count }, (_, i) => lineOf(i + 1)).join('');

describe('a timeline', () => {
  it('goes on after a restart with the next id', async () => {
    const first = await world.timeline();
    for (const to of ['down', 'up']) first.record(newsOf({ to }));
    await first.stop();
    const second = await world.timeline();
    second.record(newsOf({ kind: 'config', subject: {}, to: 'taken' }));
    expect(idsOf(second.known)).toEqual([1, 2, 3]);
    await second.stop();
    expect(idsOf((await world.timeline()).known)).toEqual([1, 2, 3]);
    expect(world.warnings).toEqual([]);
  });

  it('gives back what it was told, with what an event does not have left out', async () => {
    const evidence = [{ at: '2026-01-01T00:00:00.000Z', code: 'refused', reason: 'connection refused' }];
    const first = await world.timeline();
    first.record(newsOf({ evidence, failoverMs: 3_100, atMs: 0 }));
    first.record(newsOf({ kind: 'publish', subject: {} }));
    await first.stop();
    const { known } = await world.timeline();
    expect(known[0]).toEqual({
      id: 1,
      at: '1970-01-01T00:00:00.000Z',
      ...newsOf(),
      evidence,
      failoverMs: 3_100,
    });
    expect(Object.keys(known[1]!)).not.toContain('evidence');
  });

  it('writes what comes within a moment together, in a file for this user alone', async () => {
    const timeline = await world.timeline();
    timeline.record(newsOf());
    timeline.record(newsOf());
    expect(world.text()).toBe('');
    await world.clock.advance(50);
    await expect.poll(() => world.text().split('\n').length, { interval: 2 }).toBe(3);
    expect(statSync(world.path()).mode & 0o777).toBe(0o600);
    await timeline.stop();
  });

  it('keeps texts and evidence in bounds', async () => {
    const timeline = await world.timeline();
    const errors = Array.from({ length: 9 }, (_, i) => ({
      at: new Date(i).toISOString(),
      code: 'x',
      reason: '\u0001'.repeat(9_999),
    }));
    timeline.record(newsOf({ cause: '\u0001'.repeat(99_999), evidence: errors }));
    const [event] = world.told;
    expect(event?.cause).toHaveLength(limits.statementLength);
    expect(event?.evidence?.map(({ at }) => at)).toEqual(errors.slice(-5).map(({ at }) => at));
    expect(JSON.stringify(event).length).toBeLessThan(16_384);
    await timeline.stop();
  });

  it('has the newest events at hand, and no more than the limit', async () => {
    const timeline = await world.timeline();
    for (let i = 0; i < limits.timelineEvents + 5; i++) timeline.record(newsOf());
    expect(timeline.known).toHaveLength(limits.timelineEvents);
    expect(timeline.known.at(-1)?.id).toBe(limits.timelineEvents + 5);
    await timeline.stop();
  });

  it('stays within two files of bounded size', async () => {
    const timeline = await world.timeline();
    const cause = 'x'.repeat(1_000);
    const count = Math.ceil((4.5 * limits.timelineFileBytes) / 1_200);
    for (let i = 0; i < count; i++) {
      timeline.record(newsOf({ cause }));
      if (i % 1_000 === 999) await world.clock.advance(50);
    }
    await timeline.stop();
    for (const name of ['timeline.jsonl', 'timeline.1.jsonl'])
      expect(statSync(world.path(name)).size).toBeLessThanOrEqual(limits.timelineFileBytes);
    const { known } = await world.timeline();
    expect(known.at(-1)?.id).toBe(count);
    expect(known.length).toBeGreaterThan(limits.timelineFileBytes / 1_200);
    expect(idsOf(known)).toEqual(Array.from(known, (_, i) => count - known.length + 1 + i));
    expect(world.warnings).toEqual([]);
  });

  it('keeps events while the disk does not take them, says so once, and writes them when it does', async () => {
    mkdirSync(world.path());
    const timeline = await world.timeline();
    for (let i = 0; i < 3; i++) {
      timeline.record(newsOf());
      await world.clock.advance(60_000);
    }
    await expect.poll(() => world.warnings.length, { interval: 2 }).toBe(2);
    expect(world.warnings[1]).toMatch(
      /timeline\.jsonl cannot be written, events will not survive a restart: EISDIR/,
    );
    rmSync(world.path(), { recursive: true });
    await timeline.stop();
    expect(idsOf((await world.timeline()).known)).toEqual([1, 2, 3]);
  });

  it.each([
    ['a pipe', () => execFileSync('mkfifo', [world.path()])],
    ['a link', () => symlinkSync('/etc/passwd', world.path())],
  ])('does not write through %s in its place', async (_, place) => {
    place();
    const timeline = await world.timeline();
    timeline.record(newsOf());
    await timeline.stop();
    expect(world.warnings[0]).toContain('timeline.jsonl cannot be written');
    expect(idsOf(timeline.known)).toEqual([1]);
  });
});

describe('a page', () => {
  async function filled() {
    const timeline = await world.timeline();
    for (const pool of ['app', 'web', 'app', 'web', 'app']) {
      timeline.record(newsOf({ subject: { pool } }));
      await world.clock.advance(60_000);
    }
    timeline.record(newsOf({ kind: 'override', subject: { region: 'eu' } }));
    return timeline;
  }
  const none = { since: undefined, limit: 100, pool: undefined };

  it.each([
    ['all', {}, [1, 2, 3, 4, 5, 6], false],
    ['the newest', { limit: 2 }, [5, 6], false],
    ['behind an id', { since: { id: 4 } }, [5, 6], false],
    ['behind an id, page by page', { since: { id: 1 }, limit: 2 }, [2, 3], true],
    ['of the last two minutes', { since: { agoMs: 121_000 } }, [4, 5, 6], false],
    ['of a pool, with overrides of all pools', { pool: 'web' }, [2, 4, 6], false],
    ['behind all', { since: { id: 99 } }, [], false],
  ])('holds %s', async (_, request, ids, more) => {
    const timeline = await filled();
    const page = timeline.page({ ...none, ...request });
    expect([idsOf(page.events), page.more]).toEqual([ids, more]);
    await timeline.stop();
  });
});

describe('the file', () => {
  async function open() {
    const file = new TimelineFile(world.directory);
    return file.open().finally(() => file.close());
  }

  it('loses the torn last line alone, says so, and goes on behind the whole ones', async () => {
    writeFileSync(world.path(), `${linesOf(3)}{"id":4,"at":"20`);
    const timeline = await world.timeline();
    expect(idsOf(timeline.known)).toEqual([1, 2, 3]);
    expect(world.warnings).toEqual([
      expect.stringMatching(/the last line was torn after 16 bytes and is dropped$/),
    ]);
    timeline.record(newsOf());
    await timeline.stop();
    expect(
      world
        .text()
        .split('\n')
        .slice(0, -1)
        .map((line) => parseEvent(line)?.id),
    ).toEqual([1, 2, 3, 4]);
  });

  it('cut at any byte holds all whole lines, and takes the next event', async () => {
    const whole = Buffer.from(linesOf(4));
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (length) => {
        writeFileSync(world.path(), whole.subarray(0, length));
        const count = whole.subarray(0, length).toString().split('\n').length - 1;
        const timeline = await world.timeline();
        expect(idsOf(timeline.known)).toEqual([1, 2, 3, 4].slice(0, count));
        timeline.record(newsOf());
        await timeline.stop();
        expect(idsOf((await open()).events)).toEqual(Array.from({ length: count + 1 }, (_, i) => i + 1));
      }),
      { seed: 41, numRuns: 150 },
    );
  });

  it('with any bits flipped never stops a start, and ids go on rising', async () => {
    const whole = Buffer.from(linesOf(5));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(whole.length * 8 - 1), { minLength: 1, maxLength: 6 }),
        async (bits) => {
          const spoilt = Buffer.from(whole);
          for (const bit of bits) spoilt[bit >> 3]! ^= 1 << (bit & 7);
          writeFileSync(world.path(), spoilt);
          const timeline = await world.timeline();
          const newest = Math.max(0, ...idsOf(timeline.known));
          timeline.record(newsOf());
          await timeline.stop();
          const ids = idsOf((await open()).events);
          expect(ids.at(-1)).toBe(newest + 1);
          expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
        },
      ),
      { seed: 42, numRuns: 150 },
    );
  });

  it('that somebody made too large is read from its end', async () => {
    writeFileSync(world.path(), 'x'.repeat(limits.timelineFileBytes));
    appendFileSync(world.path(), `\n${linesOf(2)}`);
    const { events, problems } = await open();
    expect(idsOf(events)).toEqual([1, 2]);
    expect(problems).toEqual([expect.stringContaining('only its end is read')]);
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['deep nesting', '['.repeat(100_000)],
    ['an id alone', '{"id":1}'],
    ['the id 0', lineOf(0)],
    ['half an id', lineOf(1.5)],
    ['an unknown kind', lineOf(1).replace('endpoint"', 'elephant"')],
    ['a region that is a number', lineOf(1).replace('"eu"', '7')],
    ['a time that is none', lineOf(1).replace('2023-', '2O23-')],
  ])('takes %s for no event', (_, line) => {
    expect(parseEvent(line)).toBeUndefined();
  });
});
