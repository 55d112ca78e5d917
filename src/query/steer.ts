import { Rcode, RrType } from '../dns/constants.ts';
import { Section } from '../dns/reply.ts';
import { EntryField, RecordKind } from '../snapshot/rotation.ts';
import { CandidateField, NodeHeader, Serving } from '../steering/nodes.ts';
import { introduce } from './client.ts';
import type { QueryContext } from './context.ts';
import { answerSlot } from './counters.ts';
import { reasons } from './reasons.ts';
import { ANY_TTL } from './records.ts';
import type { QuerySource } from './source.ts';

/** How steering a name came out. */
export const Steered = { ANSWERED: 0, EMPTY: 1, FULL: 2 } as const;
export type Steered = (typeof Steered)[keyof typeof Steered];

/**
 * Answers A or AAAA of the steered name of `node`, owned by the name at `ownerAt` in the message: walk the entry's tree,
 * copy the records of what it chose.
 */
export function steer(
  context: QueryContext,
  source: QuerySource,
  node: number,
  entryIndex: number,
  ownerAt: number,
): Steered {
  const { rotation, asker, choice, decider } = context;
  const { words } = rotation;
  const entry = rotation.entry(entryIndex);
  context.entry = entry;
  const kind = context.query.type === RrType.AAAA ? RecordKind.AAAA : RecordKind.A;
  const root = words[entry + EntryField.ROOTS + kind]!;
  introduce(context, source, node, words[root + NodeHeader.TTL]!);
  choice.count = 0;
  decider.evaluate(root, words[entry + EntryField.ANSWERS]!, asker, choice);
  if (asker.scope > context.scope) context.scope = asker.scope;
  explainItself(context);
  count(context, entry);
  if (choice.count === 0) {
    if (asker.serving === Serving.SERVFAIL) context.reply.rcode = Rcode.SERVFAIL;
    return Steered.EMPTY;
  }
  return writeChosen(context, ownerAt) ? Steered.ANSWERED : Steered.FULL;
}

/** Most seconds for which an empty answer may be cached: its cause may pass, unless the pool has no such address. */
export function emptyTtl({ asker }: QueryContext): number {
  return asker.serving === Serving.NONE ? ANY_TTL : asker.ttlSeconds;
}

/** Says what is special about the answer to those who speak EDNS. */
function explainItself({ asker, reply, settings }: QueryContext): void {
  const reason = servingReasons[asker.serving];
  if (reason !== undefined) reply.extended = reason;
  else if (settings.geoStale && asker.looked) reply.extended = reasons.geoStale;
}

/** By `Serving`. */
const servingReasons = Array.from({ length: 16 }, (_, serving) => {
  switch (serving) {
    case Serving.ALL:
      return reasons.serveAll;
    case Serving.LAST_GOOD:
      return reasons.lastGood;
    case Serving.NODATA:
    case Serving.SERVFAIL:
      return reasons.noEndpoint;
    case Serving.FROZEN:
      return reasons.frozen;
    case Serving.RESIDENCY:
      return reasons.residency;
    default:
      return undefined;
  }
});

function count({ rotation, counters, choice, asker }: QueryContext, entry: number): void {
  const { words, regionCount } = rotation;
  const row = words[entry + EntryField.COUNTERS]!;
  const first = choice.count === 0 ? -1 : words[choice.candidates[0]! + CandidateField.REGION]!;
  const column = asker.serving === Serving.RESIDENCY ? regionCount : first;
  if (column < 0) return;
  const slot = answerSlot(words[row + column]!);
  counters[slot] = counters[slot]! + 1;
}

function writeChosen(context: QueryContext, ownerAt: number): boolean {
  const { reply, choice, rotation, asker } = context;
  const { bytes, words } = rotation;
  for (let i = 0; i < choice.count; i++) {
    const record = words[choice.candidates[i]! + CandidateField.RECORD]!;
    if (!reply.record(Section.ANSWER, ownerAt, asker.ttlSeconds, bytes, record)) return false;
  }
  return true;
}
