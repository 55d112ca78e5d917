import { describe, expect, it } from 'vitest';
import { Flag, Rcode, RrType } from '../../src/dns/constants.ts';
import { extendedError } from '../../src/dns/extended-errors.ts';
import type { WireName } from '../../src/dns/names.ts';
import { parseQuery } from '../../src/dns/parse.ts';
import { Parsed, Query } from '../../src/dns/query.ts';
import { type Message, readMessage } from '../../src/dns/reader.ts';
import { Reply, Section } from '../../src/dns/reply.ts';
import { packet, subnetOption } from '../query/packet.ts';
import { sayRecord } from '../query/say.ts';
import { wireName } from '../zone/load.ts';

/** Type CNAME, class IN, TTL 60. */
const aliasHead = Uint8Array.of(0, RrType.CNAME, 0, 1, 0, 0, 0, 60);

/** Writes replies one after the other into the same memory, as a worker does. */
class Bench {
  readonly reply = new Reply();
  readonly query = new Query();
  readonly out: Uint8Array;
  private bytes: Uint8Array = new Uint8Array(0);

  constructor(size = 512, fill = 0) {
    this.out = new Uint8Array(size).fill(fill);
  }

  begin(parts: Parameters<typeof packet>[0], maxBytes = 512): void {
    this.bytes = packet(parts);
    expect(parseQuery(this.bytes, this.bytes.length, this.query)).toBe(Parsed.OK);
    this.reply.begin(this.bytes, this.query, this.out, maxBytes);
  }

  /** An alias owned by the question; false when it did not fit. */
  alias(target: WireName): boolean {
    this.reply.rememberQuestion(this.query);
    const mark = this.reply.at;
    const rdataAt = this.reply.startRecord(aliasHead, 0, 12, 0);
    if (rdataAt > 0 && this.reply.name(target, 0, true)) {
      this.reply.endRecord(Section.ANSWER, rdataAt);
      return true;
    }
    this.reply.undo(mark, Section.ANSWER, 0);
    return false;
  }

  finish(scope = 0): Message {
    const length = this.reply.finish(this.bytes, this.query, scope, 1232);
    const message = readMessage(this.out.subarray(0, length));
    if (message === undefined) throw new Error(Buffer.from(this.out.subarray(0, length)).toString('hex'));
    return message;
  }
}

describe('Reply', () => {
  it('never points into a name that is still being written', () => {
    // What an earlier answer left behind the label `a` must not look like the rest of a name.
    for (const stale of [wireName('a.b.'), wireName('a.a.b.'), wireName('a.a.a.b.')]) {
      const bench = new Bench();
      bench.begin({ name: wireName('q.') });
      bench.alias(stale);
      bench.begin({ name: wireName('q.') });
      bench.alias(wireName('a.a.b.'));
      expect(bench.finish().answer.map(sayRecord)).toEqual(['q. 60 CNAME a.a.b.']);
    }
  });

  it('points to names it has written, folding case', () => {
    const bench = new Bench();
    bench.begin({ name: wireName('www.Example.com.') });
    const before = bench.reply.at;
    bench.alias(wireName('ftp.example.COM.'));
    expect(bench.reply.at - before).toBe(12 + 4 + 2);
    bench.alias(wireName('ftp.example.com.'));
    expect(bench.reply.at - before).toBe(12 + 4 + 2 + 12 + 2);
    expect(bench.finish().answer.map(sayRecord)).toEqual([
      'www.Example.com. 60 CNAME ftp.Example.com.',
      'www.Example.com. 60 CNAME ftp.Example.com.',
    ]);
  });

  it('writes the root as one byte', () => {
    const bench = new Bench();
    bench.begin({});
    bench.alias(wireName('.'));
    expect(bench.finish().answer.map(sayRecord)).toEqual(['. 60 CNAME .']);
  });

  it('stays inside its bound at every size, and keeps room for OPT', () => {
    const target = wireName('a.long.name.of.another.zone.example.net.');
    for (let maxBytes = 60; maxBytes < 200; maxBytes++) {
      const bench = new Bench(512, 0xee);
      bench.begin({ name: wireName('q.'), edns: { options: subnetOption('192.0.2.0/24') } }, maxBytes);
      const fits = [bench.alias(target), bench.alias(wireName('x.net.'))].filter(Boolean).length;
      const message = bench.finish(17);
      expect(message.answer).toHaveLength(fits);
      expect(message.edns?.subnet).toEqual({
        family: 4,
        source: 24,
        scope: 17,
        address: Uint8Array.of(192, 0, 2),
      });
      const end = bench.reply.at;
      expect(end).toBeLessThanOrEqual(maxBytes);
      expect(bench.out.subarray(maxBytes).every((byte) => byte === 0xee)).toBe(true);
    }
  });

  // An extended error is no reason to truncate
  it('leaves out the text of an extended error, then all of it, where there is no room', () => {
    const bare = 12 + 7 + 11;
    const seen = (room: number) => {
      const bench = new Bench(512, 0xee);
      bench.begin({ name: wireName('q.'), edns: {} }, bare + room);
      bench.reply.extended = extendedError(20, 'a text');
      const message = bench.finish();
      expect(bench.reply.at).toBeLessThanOrEqual(bare + room);
      expect(message.flags & Flag.TC).toBe(0);
      return message.edns?.extended;
    };
    expect([0, 5].map(seen)).toEqual([undefined, undefined]);
    expect([6, 11].map(seen)).toEqual([
      { code: 20, text: '' },
      { code: 20, text: '' },
    ]);
    expect(seen(12)).toEqual({ code: 20, text: 'a text' });
  });

  it('fills up to a block, or to the bound where that is nearer', () => {
    const size = (maxBytes: number) => {
      const bench = new Bench(1000, 0xee);
      bench.begin({ name: wireName('q.'), edns: {} }, maxBytes);
      bench.reply.pad();
      expect(bench.finish().edns?.options.length).toBe(maxBytes < 34 ? 0 : 1);
      return bench.reply.at;
    };
    expect([1000, 468, 467, 34, 33, 30].map(size)).toEqual([468, 468, 467, 34, 30, 30]);
  });

  it('forgets the places of a record that was taken back', () => {
    const bench = new Bench(512);
    bench.begin({ name: wireName('q.') }, 50);
    expect(bench.alias(wireName('one.name.that.is.too.long.to.fit.'))).toBe(false);
    expect(bench.alias(wireName('fit.'))).toBe(true);
    expect(bench.finish().answer.map(sayRecord)).toEqual(['q. 60 CNAME fit.']);
  });

  it('truncates to question and OPT', () => {
    const bench = new Bench();
    bench.begin({ name: wireName('q.'), edns: {}, flags: Flag.RD });
    bench.alias(wireName('x.'));
    bench.reply.truncate(bench.query);
    const message = bench.finish();
    expect(message.flags).toBe(Flag.QR | Flag.TC | Flag.RD);
    expect(message.answer).toEqual([]);
    expect(message.question?.name).toEqual(wireName('q.'));
    expect(message.edns?.udpBytes).toBe(1232);
  });

  it('splits an extended code over header and OPT', () => {
    const bench = new Bench();
    bench.begin({ edns: {} });
    bench.reply.rcode = Rcode.BADVERS;
    const message = bench.finish();
    expect(message.rcode).toBe(Rcode.BADVERS);
    expect(message.flags & 0xf).toBe(0);
  });

  it('finds names to point to in a time that does not grow with equal labels', () => {
    const bench = new Bench(4096);
    const many = (labels: number, top: string) => wireName(`${'a.'.repeat(labels)}${top}.`);
    bench.begin({ name: many(120, 'x') }, 4096);
    const steps = countReads(bench, () => {
      for (let i = 0; i < 5; i++) bench.alias(many(118 - i, 'y'));
    });
    expect(steps).toBeLessThan(200_000);
    expect(bench.finish().answer).toHaveLength(5);
  });
});

/** How often `run` reads a byte of what is written already. */
function countReads(bench: Bench, run: () => void): number {
  let reads = 0;
  const counting = new Proxy(bench.out, {
    get(bytes, key) {
      if (typeof key === 'string') reads++;
      return Reflect.get(bytes, key);
    },
  });
  bench.reply.out = counting;
  run();
  bench.reply.out = bench.out;
  return reads;
}
