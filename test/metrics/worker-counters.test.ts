import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { AnswerSlots } from '../../src/control/answer-slots.ts';
import { registerWorkerCounters } from '../../src/metrics/worker-counters.ts';
import { answerSlot, counterBytes, countQuery, dropSlot } from '../../src/query/counters.ts';
import { limits } from '../../src/runtime/limits.ts';
import { Tally } from '../../src/server/control-block.ts';

/** Two workers' counters on a page. */
class Bench {
  readonly workers = [0, 1].map(() => new Float64Array(counterBytes / 8));
  readonly tallies = [0, 1].map(() => new Float64Array(30));
  readonly slots = new AnswerSlots();
  private readonly registry = new Registry();

  constructor() {
    registerWorkerCounters(this.registry, {
      counts: () => this.workers,
      tallies: () => this.tallies,
      answers: () => this.slots.labels,
    });
  }

  /** Series with their values. */
  async page(): Promise<Map<string, number>> {
    const lines = (await this.registry.metrics()).split('\n').filter((line) => /^meridian/.test(line));
    return new Map(
      lines.map((line) => {
        const space = line.lastIndexOf(' ');
        return [line.slice(0, space), Number(line.slice(space + 1))];
      }),
    );
  }
}

describe('counters of workers', () => {
  it('are summed, and read anew each time', async () => {
    const bench = new Bench();
    const series = 'meridian_dns_queries_total{transport="udp",qtype="A",rcode="NOERROR"}';
    expect((await bench.page()).has(series)).toBe(false);
    countQuery(bench.workers[0]!, 0, 1, 0);
    countQuery(bench.workers[1]!, 0, 1, 0);
    expect((await bench.page()).get(series)).toBe(2);
    countQuery(bench.workers[1]!, 0, 1, 0);
    expect((await bench.page()).get(series)).toBe(3);
  });

  it.each([
    [1, 65, 3, 'transport="tcp",qtype="HTTPS",rcode="NXDOMAIN"'],
    [0, 255, 5, 'transport="udp",qtype="ANY",rcode="REFUSED"'],
    [0, 62_000, 0, 'transport="udp",qtype="other",rcode="NOERROR"'],
    [0, 0, 1, 'transport="udp",qtype="other",rcode="FORMERR"'],
    [0, 1, 16, 'transport="udp",qtype="A",rcode="BADVERS"'],
  ])('have labels for transport %i, type %i, code %i', async (transport, type, rcode, labels) => {
    const bench = new Bench();
    countQuery(bench.workers[0]!, transport, type, rcode);
    expect((await bench.page()).get(`meridian_dns_queries_total{${labels}}`)).toBe(1);
  });

  it('tell drops by reason, at zero from the start', async () => {
    const bench = new Bench();
    const drops = async () =>
      Object.fromEntries(
        [...(await bench.page())].flatMap(([series, value]) => {
          const reason = /^meridian_dns_dropped_total\{reason="(.*)"\}$/.exec(series)?.[1];
          return reason === undefined ? [] : [[reason, value]];
        }),
      );
    const none = {
      response: 0,
      short: 0,
      oversize: 0,
      'port-zero': 0,
      'no-proxy': 0,
      'send-failed': 0,
      exception: 0,
    };
    expect(await drops()).toEqual(none);
    bench.workers[0]![dropSlot('short')] = 2;
    bench.tallies[0]![Tally.FAULTS] = 3;
    bench.tallies[1]![Tally.UNANSWERABLE] = 4;
    expect(await drops()).toEqual({ ...none, short: 2, exception: 3, 'port-zero': 4 });
  });

  it('tell connections that are open, and why those were closed that were', async () => {
    const bench = new Bench();
    const [one, other] = bench.tallies as [Float64Array, Float64Array];
    one[Tally.TCP_CONNECTIONS] = 3;
    other[Tally.TLS_CONNECTIONS] = 2;
    one[Tally.ACCEPTED] = 9;
    one[Tally.IDLE_CLOSED] = 1;
    other[Tally.IDLE_CLOSED] = 1;
    one[Tally.HANDSHAKE_CLOSED] = 4;
    const page = await bench.page();
    const series = [...page].filter(([name]) => name.startsWith('meridian_tcp_'));
    expect(Object.fromEntries(series)).toEqual({
      'meridian_tcp_connections{transport="tcp"}': 3,
      'meridian_tcp_connections{transport="tls"}': 2,
      meridian_tcp_accepted_total: 9,
      'meridian_tcp_closed_total{reason="idle"}': 2,
      'meridian_tcp_closed_total{reason="evicted"}': 0,
      'meridian_tcp_closed_total{reason="proxy"}': 0,
      'meridian_tcp_closed_total{reason="handshake"}': 4,
    });
    one[Tally.TCP_CONNECTIONS] = 0;
    expect((await bench.page()).get('meridian_tcp_connections{transport="tcp"}')).toBe(0);
  });

  it('tell answers by policy and region, a slot each for the life of the process', async () => {
    const bench = new Bench();
    const slot = bench.slots.answers('app', 'eu "west"\n');
    expect(bench.slots.answers('app', 'us')).not.toBe(slot);
    expect(bench.slots.answers('app', 'eu "west"\n')).toBe(slot);
    bench.workers[1]![answerSlot(slot)] = 5;
    const page = await bench.page();
    expect(page.get('meridian_answers_total{policy="app",region="eu \\"west\\"\\n"}')).toBe(5);
    expect(page.get('meridian_answers_total{policy="app",region="us"}')).toBe(0);
  });

  it('share the last slot beyond the bound', () => {
    const slots = new AnswerSlots();
    for (let i = 0; i < limits.answerCounters + 5; i++) slots.answers('app', `r${i}`);
    const last = limits.answerCounters - 1;
    expect(slots.answers('app', `r${limits.answerCounters + 1}`)).toBe(last);
    expect(slots.answers('late', 'r0')).toBe(last);
    expect(slots.labels.size).toBe(limits.answerCounters);
    expect(slots.labels.get(last)).toEqual({ policy: 'other', region: 'other' });
  });
});
