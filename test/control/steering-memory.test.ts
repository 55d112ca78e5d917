import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/model.ts';
import { ConditionsComposer } from '../../src/control/conditions.ts';
import { fitting, identitiesOf, type RememberedSteering } from '../../src/control/remembered-steering.ts';
import { writeSteeringFile } from '../../src/control/steering-file.ts';
import { SteeringMemory } from '../../src/control/steering-memory.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

let directory: string;
let clock: FakeClock;
let warnings: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'meridian-steering-'));
  clock = new FakeClock();
  warnings = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = (): string => join(directory, 'steering.json');
const memory = (): SteeringMemory =>
  new SteeringMemory({ directory, clock, warn: (message) => warnings.push(message) });
const nothing: RememberedSteering = { pools: [], returns: [], verdicts: [], good: [] };
const something: RememberedSteering = {
  pools: [{ pool: 'app', identity: 'x' }],
  returns: [{ pool: 'app', region: 'eu', downSinceMs: null, returnedMs: 1_700_000_000_000 }],
  verdicts: [{ pool: 'app', endpoint: 'e0', state: 'up' }],
  good: [{ pool: 'app', kind: '4', endpoints: ['e0', 'e1'] }],
};

async function written(remembered = something): Promise<Buffer> {
  expect(await writeSteeringFile(directory, clock.now(), remembered)).toBeUndefined();
  return readFileSync(file());
}

describe('SteeringMemory', () => {
  it('gives back after a restart what it kept, in a file for this user alone', async () => {
    const kept = memory();
    kept.keep(() => something);
    await kept.stop();
    expect(await memory().load()).toEqual(something);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['steering.json']);
    expect(warnings).toEqual([]);
  });

  it('writes nothing before there is anything to keep', async () => {
    const kept = memory();
    kept.changed();
    await clock.advance(120_000);
    await kept.stop();
    expect(readdirSync(directory)).toEqual([]);
    expect(await memory().load()).toEqual(nothing);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['older than ten minutes', 601_000, 'it was written 10 minutes ago'],
    ['from the future', -2_000, 'it was written in the future'],
  ])('refuses a file that is %s', async (_, ageMs, reason) => {
    await writeSteeringFile(directory, clock.now() - ageMs, something);
    expect(await memory().load()).toBeUndefined();
    expect(warnings).toEqual([`${file()} is ignored: ${reason}`]);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'of another version',
      (text) => text.replace('"version":1', '"version":2'),
      /it is of version 2, this program writes 1$/,
    ],
    ['empty', () => '', /it is not a steering file/],
    ['another document', () => '{"version":1,"entries":[]}\n', /it is not a steering file/],
    ['changed by hand', (text) => text.replace('"up"', '"down"'), /it is damaged/],
    ['younger than it was', (text) => text.replace(/"writtenAtMs":1/, '"writtenAtMs":2'), /it is damaged/],
  ])('refuses a file that is %s', async (_, change, reason) => {
    writeFileSync(file(), change((await written()).toString()));
    expect(await memory().load()).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(reason)]);
  });

  it.each([
    ['a time that is none', { returns: [{ pool: 'app', region: 'eu', downSinceMs: 'x', returnedMs: null }] }],
    ['an unknown state', { verdicts: [{ pool: 'app', endpoint: 'e', state: 'fine' }] }],
    ['names that are none', { good: [{ pool: 'app', kind: '4', endpoints: [1] }] }],
    ['a list that is none', { pools: {} }],
  ])('refuses a whole file that holds %s', async (_, part) => {
    await written({ ...something, ...part } as unknown as RememberedSteering);
    expect(await memory().load()).toBeUndefined();
    expect(warnings).toEqual([expect.stringMatching(/it does not hold what it should$/)]);
  });

  it('refuses every file that is cut or has a bit flipped, and says why', async () => {
    const whole = await written();
    const cut = fc.nat(whole.length - 1).map((length) => whole.subarray(0, length));
    const flipped = fc.nat(whole.length * 8 - 1).map((bit) => {
      const copy = Buffer.from(whole);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      return copy;
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(cut, flipped), async (bytes) => {
        warnings = [];
        writeFileSync(file(), bytes);
        expect(await memory().load()).toBeUndefined();
        expect(warnings).toEqual([expect.stringMatching(/steering\.json is ignored: it /)]);
      }),
      { seed: 43, numRuns: 400 },
    );
  });
});

/** A pool with a floor and a ramp, two regions; the first endpoint has this address. */
function config(address = '192.0.2.1', name = 'app'): Config {
  return configOf(`
regions: { ie: { location: [53, -6] }, de: { location: [50, 8] } }
monitors: { web: { type: http } }
pools:
  ${name}: { monitor: web, floor: { regions: 1 }, ramp: 10m, endpoints: [ { name: a, region: ie, address: ${address} }, { name: b, region: de, address: 192.0.2.2 } ] }
policies: { app: { type: nearest, pool: ${name} } }
zones: [ { name: example.com, file: z, steer: { app: app } } ]
`);
}

const composerOf = (states: EndpointState[]): ConditionsComposer =>
  new ConditionsComposer(
    {
      state: (_, endpoint) => states[endpoint]!,
      wasGood: () => false,
      calmMs: () => undefined,
      hostAddresses: () => [],
    },
    { loadOf: () => undefined },
  );

describe('what is remembered', () => {
  const startMs = 1_700_000_000_000;

  it('lets a floor hold what it held, where a new start would take all out', () => {
    const states: EndpointState[] = ['up', 'up'];
    const before = composerOf(states);
    before.compose(config(), startMs);
    states.fill('down');
    expect(before.compose(config(), startMs + 1_000).state(0, 0)).toBe('up');
    const after = composerOf(states);
    after.restore(JSON.parse(JSON.stringify(before.remember())));
    const held = after.compose(config(), startMs + 2_000);
    expect([held.state(0, 0), held.state(0, 1), held.frozen(0)]).toEqual(['up', 'up', true]);
    expect(
      composerOf(states)
        .compose(config(), startMs + 2_000)
        .state(0, 0),
    ).toBe('down');
  });

  it('lets a slow start go on where it was', () => {
    const states: EndpointState[] = ['up', 'up'];
    const before = composerOf(states);
    before.compose(config(), startMs);
    states[0] = 'down';
    before.compose(config(), startMs + 1_000);
    states[0] = 'up';
    before.compose(config(), startMs + 600_000);
    const atMs = startMs + 700_000;
    const share = before.compose(config(), atMs).share(0, 0);
    const after = composerOf(states);
    after.restore(JSON.parse(JSON.stringify(before.remember())));
    expect(after.compose(config(), atMs).share(0, 0)).toBe(share);
    expect(composerOf(states).compose(config(), atMs).share(0, 0)).toBeGreaterThan(share);
  });

  it('is of pools that are as they were, and of no other', () => {
    const remembered = { ...something, pools: identitiesOf(config()) };
    expect(fitting(remembered, config())).toEqual(remembered);
    for (const other of [config('192.0.2.9'), config('192.0.2.1', 'web')])
      expect(fitting(remembered, other)).toEqual(nothing);
  });
});
