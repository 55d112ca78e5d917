import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Flag, Rcode, RrType, typeName } from '../../src/dns/constants.ts';
import { type MessageRecord, readMessage } from '../../src/dns/reader.ts';
import { emptyGeoMap } from '../../src/geo/map.ts';
import { QueryContext } from '../../src/query/context.ts';
import { counterBytes } from '../../src/query/counters.ts';
import { respond } from '../../src/query/respond.ts';
import { Transport } from '../../src/query/source.ts';
import { healthAlone } from '../../src/snapshot/compile/conditions.ts';
import { buildImage } from '../../src/snapshot/compile/image-builder.ts';
import { buildRotation } from '../../src/snapshot/compile/rotation-builder.ts';
import { plainSettings } from '../../src/snapshot/settings.ts';
import { checkSteering } from '../../src/zone/check-steering.ts';
import type { Zone, ZoneRecord } from '../../src/zone/record.ts';
import { loadZone } from '../../src/zone/zone.ts';
import { configOf } from '../config/load-text.ts';
import { Oracle } from '../query/oracle.ts';
import { packet } from '../query/packet.ts';
import { sayRecord } from '../query/say.ts';
import { sourceOf } from '../query/world.ts';
import { wireName } from '../zone/load.ts';

/** Zones that lie in one another, or beside. */
const apexes = ['.', 'z.', 'b.z.', 'a.b.z.', 'c.a.b.z.', 'y.'];

const label = fc.constantFrom('a', 'b', 'c', 'b', '*');
/** Few labels, so that names meet: below the zones more often than elsewhere. */
const name = fc
  .tuple(
    fc.array(label, { maxLength: 3 }),
    fc.constantFrom('z.', 'z.', 'z.', 'z.', 'b.z.', 'a.b.z.', 'y.', '.', 'other.'),
  )
  .map(([labels, base]) =>
    base === '.' && labels.length > 0 ? `${labels.join('.')}.` : [...labels, base].join('.'),
  );

const data: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('A 192.0.2.1', 'A 192.0.2.2', 'AAAA 2001:db8::1', 'TXT t') },
  { weight: 2, arbitrary: name.map((target) => `CNAME ${target}`) },
  { weight: 2, arbitrary: name.map((target) => `NS ${target}`) },
  { weight: 1, arbitrary: name.map((target) => `DNAME ${target}`) },
  { weight: 1, arbitrary: name.map((target) => `MX 5 ${target}`) },
  {
    weight: 1,
    arbitrary: fc.constant('DS 1 13 2 00000000000000000000000000000000000000000000000000000000000000ff'),
  },
);

const line = fc.tuple(name, fc.constantFrom(60, 300), data).map((parts) => parts.join(' '));

const scene = fc.record({
  apexes: fc.uniqueArray(fc.constantFrom(...apexes), { minLength: 1, maxLength: 4 }),
  lines: fc.array(line, { maxLength: 30 }),
  steered: fc.array(name, { maxLength: 3 }),
  questions: fc.array(
    fc.record({
      name: fc.tuple(name, fc.boolean()).map(([text, upper]) => (upper ? text.toUpperCase() : text)),
      type: fc.constantFrom('A', 'A', 'AAAA', 'TXT', 'CNAME', 'NS', 'SOA', 'DS', 'MX', 'DNAME', 'ANY'),
    }),
    { minLength: 30, maxLength: 30 },
  ),
});

const steeredAddress = '192.0.2.200';
const config = configOf(`
regions: { r: { location: [0, 0] } }
pools: { p: { endpoints: [ { name: e, region: r, address: ${steeredAddress} } ] } }
policies: { p: { type: nearest, pool: p, ttl: 20s } }
zones: [ { name: z, records: [ "@ 60 SOA a a 1 1 1 1 1", "@ 60 NS a.b." ], steer: { "@": p } } ]
`);
const rotation = buildRotation(
  config,
  healthAlone(
    0,
    () => 'up',
    () => false,
  ),
  { answers: () => 0, refusals: () => 0 },
);
const views = [emptyGeoMap(1)];
const context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
const source = sourceOf('192.0.2.53', Transport.TCP);
const out = new Uint8Array(65_535);

describe('respond', () => {
  it('answers as RFC 1034 §4.3.2 says, whatever the zones', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(scene, ({ apexes, lines, steered, questions }) => {
        const served = apexes.map((apex) => serve(apex, apexes, lines, steered));
        const image = buildImage(served);
        context.adopt({ generation: 1, image, views, owners: [], rotation, settings: plainSettings });
        const oracle = new Oracle(
          served.map(({ zone, steer }) => ({
            apex: zone.apex,
            records: [...zone.records, ...steer.map(({ owner }) => steeredRecord(owner))],
          })),
        );
        for (const question of questions) {
          const wire = wireName(question.name);
          const type = RrType[question.type];
          const expected = oracle.answer(wire, type);
          expect(ask(wire, type), `${question.name} ${question.type}`).toEqual(expected);
          const kind = `${expected.rcode} ${expected.answer.size > 0} ${expected.authority.size > 0} ${expected.aa}`;
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }),
      { numRuns: 200 },
    );
    // The generator must reach every kind of answer, else it proves little.
    for (const kind of ['REFUSED false false false', 'NOERROR true false true', 'NOERROR false true true']) {
      expect(seen.get(kind), kind).toBeGreaterThan(50);
    }
    for (const kind of ['NXDOMAIN false true true', 'NXDOMAIN true true true', 'NOERROR false true false']) {
      expect(seen.get(kind), kind).toBeGreaterThan(20);
    }
  });
});

/** The zone of those lines that belong to it and that its checks let stand. */
function serve(
  apexText: string,
  apexes: readonly string[],
  lines: readonly string[],
  steered: readonly string[],
) {
  const apex = wireName(apexText);
  const head = ['@ 300 SOA a. a. 1 2 3 4 60', '@ 300 NS ns.other.'];
  // Of a zone that is served itself the one above may hold the delegation; an alias there would contradict it.
  const inner = apexes.filter((other) => other !== apexText && isBelow(other, apexText));
  const isOurs = (text: string) => {
    const [owner, , type] = text.split(' ');
    if (!isBelow(owner!, apexText)) return false;
    return /^(NS|DS|A|AAAA)$/.test(type!) || !inner.some((other) => isBelow(owner!, other));
  };
  let kept = [...head, ...lines.filter(isOurs)];
  let zone: Zone | undefined;
  while (zone === undefined) {
    const loaded = loadZone({ apex, file: 'z', source: { bytes: Buffer.from(`${kept.join('\n')}\n`) } });
    const wrong = new Set(loaded.problems.filter((p) => p.severity === 'error').map((p) => p.line));
    if (wrong.has(0)) throw new Error(`no zone: ${loaded.problems[0]!.message}`);
    kept = kept.filter((_, i) => !wrong.has(i + 1));
    zone = loaded.zone;
  }
  const steer: { owner: Uint8Array; steering: number }[] = [];
  for (const text of steered.filter((each) => isBelow(each, apexText))) {
    const at = { line: 1, column: 1, types: [1, 28] };
    const one = { owner: wireName(text), steering: 0, ...at };
    if (checkSteering(zone, [...steer.map((each) => ({ ...each, ...at })), one], 'c').length === 0)
      steer.push(one);
  }
  return { zone, steer };
}

function isBelow(text: string, apex: string): boolean {
  return apex === '.' || text === apex || text.endsWith(`.${apex}`);
}

function steeredRecord(owner: Uint8Array): ZoneRecord {
  const rdata = Uint8Array.from(steeredAddress.split('.'), Number);
  return { owner, type: RrType.A, ttlSeconds: 20, rdata, file: 'steered', line: 0 };
}

function ask(name: Uint8Array, type: number) {
  const query = packet({ name, type });
  const length = respond(query, query.length, source, context, out);
  const message = readMessage(out.slice(0, length));
  if (message === undefined) throw new Error(`malformed answer for ${typeName(type)}`);
  expect(message.question).toEqual({ name, type, class: 1 });
  const texts = (records: readonly MessageRecord[]) =>
    new Set(records.map((record) => sayRecord(record).toLowerCase()));
  return {
    rcode: Object.entries(Rcode).find((entry) => entry[1] === message.rcode)![0],
    aa: (message.flags & Flag.AA) !== 0,
    answer: texts(message.answer),
    authority: texts(message.authority),
    additional: texts(message.additional),
  };
}
