import { Counter, type Registry } from 'prom-client';
import {
  answerSlot,
  countedRcodes,
  countedTransports,
  countedTypes,
  dropReasons,
  dropSlot,
  limitActions,
  limitSlot,
  querySlot,
} from '../query/counters.ts';
import { Tally } from '../server/control-block.ts';
import { registerConnections } from './connections.ts';

/** Which policy and region an answer slot stands for; without a region, the policy's refusals by residency. */
export interface AnswerLabels {
  readonly policy: string;
  readonly region: string | undefined;
}

/** Counters in shared memory: each is the sum over these views, one a worker. */
export interface CounterSource {
  /** Laid out as `query/counters.ts` says. */
  counts(): readonly Float64Array[];
  /** Indexed by `Tally`. */
  tallies(): readonly Float64Array[];
  /** Answer slots in use. */
  answers(): ReadonlyMap<number, AnswerLabels>;
}

/** Sums what the workers count, when the page is read: a query costs a worker one addition. */
export function registerWorkerCounters(registry: Registry, source: CounterSource): void {
  const registers = [registry];
  new Counter({
    name: 'meridian_dns_queries_total',
    help: 'Queries answered, by transport, type of question and response code.',
    labelNames: ['transport', 'qtype', 'rcode'] as const,
    registers,
    collect() {
      this.reset();
      const counts = source.counts();
      for (const [t, transport] of countedTransports.entries()) {
        for (const [q, qtype] of countedTypes.entries()) {
          for (const [r, rcode] of countedRcodes.entries()) {
            const count = sum(counts, querySlot(t, q, r));
            if (count > 0) this.inc({ transport, qtype, rcode }, count);
          }
        }
      }
    },
  });
  new Counter({
    name: 'meridian_dns_dropped_total',
    help: 'Packets that got no answer, by reason.',
    labelNames: ['reason'] as const,
    registers,
    collect() {
      this.reset();
      const counts = source.counts();
      for (const reason of dropReasons) this.inc({ reason }, sum(counts, dropSlot(reason)));
      const tallies = source.tallies();
      for (const [reason, slot] of tallyReasons) this.inc({ reason }, sum(tallies, slot));
    },
  });
  new Counter({
    name: 'meridian_rate_limited_total',
    help: 'Answers beyond a rate limit, by what became of them.',
    labelNames: ['action'] as const,
    registers,
    collect() {
      this.reset();
      const counts = source.counts();
      for (const action of limitActions) this.inc({ action }, sum(counts, limitSlot(action)));
    },
  });
  new Counter({
    name: 'meridian_answers_total',
    help: 'Steered answers, by policy and by the region of their first address.',
    labelNames: ['policy', 'region'] as const,
    registers,
    collect() {
      this.reset();
      const counts = source.counts();
      for (const [slot, { policy, region }] of source.answers()) {
        if (region !== undefined) this.inc({ policy, region }, sum(counts, answerSlot(slot)));
      }
    },
  });
  new Counter({
    name: 'meridian_residency_refusals_total',
    help: 'Answers withheld, or given as the sorry address, because no region that may serve the client could.',
    labelNames: ['policy'] as const,
    registers,
    collect() {
      this.reset();
      const counts = source.counts();
      for (const [slot, { policy, region }] of source.answers()) {
        if (region === undefined) this.inc({ policy }, sum(counts, answerSlot(slot)));
      }
    },
  });
  registerConnections(registry, () => source.tallies());
}

const tallyReasons = [
  ['oversize', Tally.TRUNCATED],
  ['port-zero', Tally.UNANSWERABLE],
  ['no-proxy', Tally.PROXY_MISSING],
  ['send-failed', Tally.SEND_ERRORS],
  ['exception', Tally.FAULTS],
] as const;

function sum(views: readonly Float64Array[], slot: number): number {
  return views.reduce((total, view) => total + view[slot]!, 0);
}
