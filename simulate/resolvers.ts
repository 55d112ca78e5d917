import { QueryContext } from '../src/query/context.ts';
import { counterBytes } from '../src/query/counters.ts';
import { respond } from '../src/query/respond.ts';
import { QuerySource } from '../src/query/source.ts';
import type { Random } from '../src/runtime/random.ts';
import type { SnapshotBuffers } from '../src/snapshot/buffers.ts';
import { CandidateField } from '../src/steering/nodes.ts';
import { names } from './site.ts';

/** What a client was told, and until when it keeps that. */
export interface Told {
  readonly region: number;
  readonly untilMs: number;
}

/** A worker as it answers: it takes up snapshots when its turn comes. */
export class Worker {
  generation = 0;
  private readonly context = new QueryContext(new SharedArrayBuffer(counterBytes), 1);
  private readonly out = new Uint8Array(1232);
  private readonly source = new QuerySource();

  /** As after a start: it has no snapshot. Its memory is used again, which is most of what a world costs. */
  forget(): void {
    this.generation = 0;
  }

  adopt(snapshot: SnapshotBuffers): void {
    if (snapshot.generation <= this.generation) return;
    this.context.adopt(snapshot);
    this.generation = snapshot.generation;
  }

  /** The regions of an answer for A, and its TTL; no region: NODATA. */
  ask(
    policy: number,
    client: number,
    nowMs: number,
  ): { readonly regions: number[]; readonly ttlSeconds: number } {
    const { context, source, out } = this;
    source.family = 4;
    source.w0 = 0x09000000 + client;
    context.nowSeconds = Math.floor(nowMs / 1_000);
    const query = questions[policy]!;
    respond(query, query.length, source, context, out);
    const { choice, rotation, asker } = context;
    const chosen = (out[6]! << 8) | out[7]!;
    const regions = [...choice.candidates.subarray(0, chosen)].map(
      (at) => rotation.words[at + CandidateField.REGION]!,
    );
    return { regions, ttlSeconds: asker.ttlSeconds };
  }
}

/** Caches that ask for one name when they have nothing, at times of their clients. */
export class Resolvers {
  private readonly caches: (Told | undefined)[];
  private readonly random: Random;

  constructor(count: number, random: Random) {
    this.caches = Array.from({ length: count }, () => undefined);
    this.random = random;
  }

  /** One of them is asked. Returns what it learns when it asks on. */
  tick(
    nowMs: number,
    ask: (client: number) => { regions: number[]; ttlSeconds: number } | undefined,
  ): Told | undefined {
    const client = this.random.below(this.caches.length);
    const known = this.caches[client];
    if (known !== undefined && known.untilMs > nowMs) return undefined;
    const answer = ask(client);
    const [region] = answer?.regions ?? [];
    const told = region === undefined ? undefined : { region, untilMs: nowMs + 1_000 * answer!.ttlSeconds };
    this.caches[client] = told;
    return told;
  }

  /** The regions that any cache holds now. */
  held(nowMs: number): Set<number> {
    return new Set(
      this.caches.flatMap((told) => (told !== undefined && told.untilMs > nowMs ? [told.region] : [])),
    );
  }
}

const questions = names.map((name) =>
  Uint8Array.from([0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 1, 0, 1]),
);
