import { RrType } from '../dns/constants.ts';
import { Section } from '../dns/reply.ts';
import { recordBytes } from '../snapshot/rotation.ts';
import { choose } from '../steering/choose.ts';
import { Walk } from '../steering/plan.ts';
import { CandidateField, PolicyField, Serving } from '../steering/table.ts';
import { placeClient } from './client.ts';
import type { QueryContext } from './context.ts';
import { answerSlot } from './counters.ts';
import { reasons } from './reasons.ts';
import { ANY_TTL, QUESTION } from './records.ts';
import type { QuerySource } from './source.ts';

/** How steering a name came out. */
export const Steered = { ANSWERED: 0, EMPTY: 1, FULL: 2 } as const;
export type Steered = (typeof Steered)[keyof typeof Steered];

/**
 * Answers A or AAAA of a steered name, owned by the name at `ownerAt` in the message: place the client, choose by
 * the policy's tables, copy the chosen records.
 */
export function steer(
  context: QueryContext,
  source: QuerySource,
  policyIndex: number,
  ownerAt: number,
): Steered {
  const { rotation, geo, client, choice, reply } = context;
  const words = rotation.words;
  const policy = rotation.policy(policyIndex);
  context.policy = policy;
  const v6 = context.query.type === RrType.AAAA;
  const table = words[policy + (v6 ? PolicyField.TABLE_AAAA : PolicyField.TABLE_A)]!;
  if (words[policy + PolicyField.WALK] !== Walk.SINGLE && table !== 0) {
    placeClient(context.query, source, geo, client);
    if (client.scope > context.scope) context.scope = client.scope;
    if (context.settings.geoStale) reply.extended = reasons.geoStale;
  }
  const serving = words[policy + (v6 ? PolicyField.SERVING_AAAA : PolicyField.SERVING_A)]!;
  if (serving >= Serving.ALL) reply.extended = downReasons[serving as keyof typeof downReasons];
  choose(words, policy, table, geo.rankings, client.ranking, geo.regionCount, context.random, choice);
  if (choice.count === 0) return Steered.EMPTY;
  if (!copyChosen(context, v6 ? recordBytes.aaaa : recordBytes.a, ownerAt)) return Steered.FULL;
  const region = words[choice.candidates[0]! + CandidateField.REGION]!;
  const slot = answerSlot(words[words[policy + PolicyField.COUNTERS]! + region]!);
  context.counters[slot] = context.counters[slot]! + 1;
  return Steered.ANSWERED;
}

/** Most seconds for which an empty answer of the policy may be cached. */
export function emptyTtl(context: QueryContext): number {
  const words = context.rotation.words;
  const v6 = context.query.type === RrType.AAAA;
  const serving = words[context.policy + (v6 ? PolicyField.SERVING_AAAA : PolicyField.SERVING_A)]!;
  return serving === Serving.NODATA ? words[context.policy + PolicyField.TTL]! : ANY_TTL;
}

/** What is said when all endpoints are down. */
const downReasons = {
  [Serving.ALL]: reasons.serveAll,
  [Serving.LAST_GOOD]: reasons.lastGood,
  [Serving.NODATA]: reasons.noEndpoint,
} as const;

function copyChosen(context: QueryContext, recordSize: number, ownerAt: number): boolean {
  const { reply, choice, rotation } = context;
  for (let i = 0; i < choice.count; i++) {
    const record = rotation.words[choice.candidates[i]! + CandidateField.RECORD]!;
    const at = reply.at;
    if (!reply.copyRecords(Section.ANSWER, rotation.bytes, record, recordSize, 1)) return false;
    if (ownerAt !== QUESTION) {
      reply.out[at] = 0xc0 | (ownerAt >>> 8);
      reply.out[at + 1] = ownerAt & 0xff;
    }
  }
  return true;
}
