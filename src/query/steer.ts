import { Rcode, RrType } from '../dns/constants.ts';
import { followName, isNamed } from '../dns/query.ts';
import { Section } from '../dns/reply.ts';
import { EntryField, RecordKind } from '../snapshot/rotation.ts';
import { CandidateField, NodeHeader, Serving } from '../steering/nodes.ts';
import { leadBytes, writeChosenAdditional } from './additional.ts';
import { introduce } from './client.ts';
import type { QueryContext } from './context.ts';
import { answerSlot } from './counters.ts';
import { writeNegative } from './negative.ts';
import { DONE, FULL } from './outcome.ts';
import { reasons } from './reasons.ts';
import { ANY_TTL } from './records.ts';
import { writeService } from './service.ts';
import type { QuerySource } from './source.ts';

/** The kind of record that the entry at `entry` steers for questions of a type, −1 when the zone answers. */
export function steeredKind({ rotation }: QueryContext, entry: number, type: number): RecordKind | -1 {
  const { words } = rotation;
  // RFC 1034 §3.6.2: where an alias stands nothing else does.
  if (words[entry + EntryField.ROOTS + RecordKind.CNAME] !== 0) return RecordKind.CNAME;
  const kind = kinds[type < kinds.length ? type : 0]!;
  return kind >= 0 && words[entry + EntryField.ROOTS + kind] !== 0 ? (kind as RecordKind) : -1;
}

/** By type of question. */
const kinds = new Int8Array(66).fill(-1);
for (const [type, kind] of [
  [RrType.A, RecordKind.A],
  [RrType.AAAA, RecordKind.AAAA],
  [RrType.HTTPS, RecordKind.HTTPS],
  [RrType.SVCB, RecordKind.SVCB],
  [RrType.SRV, RecordKind.SRV],
  [RrType.MX, RecordKind.MX],
] as const)
  kinds[type] = kind;

/**
 * Answers a question that the entry at `entry` steers, owned by the name of `node` at `ownerAt` in the message: walk the
 * tree, copy the records of what it chose. Returns as `answerNode` does.
 */
export function answerSteered(
  context: QueryContext,
  source: QuerySource,
  node: number,
  entry: number,
  kind: RecordKind,
  ownerAt: number,
): number {
  const { reply, query, rotation, choice, asker } = context;
  const { words } = rotation;
  const self = selfField(kind);
  const composed = self > 0 && words[entry + self] !== 0;
  const root = words[entry + EntryField.ROOTS + (composed ? RecordKind.A : kind)]!;
  const { TTL } = NodeHeader;
  const six = words[entry + EntryField.ROOTS + RecordKind.AAAA]!;
  // A name that stands for itself gives the addresses of both families in one record, drawn as often as the first changes.
  const rootTtl = words[root + TTL]!;
  introduce(context, source, node, composed ? Math.min(rootTtl, words[six + TTL]!) : rootTtl);
  context.entry = entry;
  const recordAt = reply.at;
  const fits = composed
    ? writeService(context, entry, words[entry + self]!, query.type, ownerAt)
    : writeChosen(context, entry, kind, root, ownerAt);
  if (asker.scope > context.scope) context.scope = asker.scope;
  explainItself(context);
  count(context, entry, composed);
  if (!fits) return FULL;
  if (reply.at === recordAt) return answerNothing(context, node);
  if (kind > RecordKind.CNAME && !composed) writeChosenAdditional(context, leadBytes(query.type));
  // RFC 8482 §4.1: a subset of what there is answers ANY; an alias is one, as it is where a zone has it.
  if (kind !== RecordKind.CNAME || query.type === RrType.CNAME || query.type === RrType.ANY) return DONE;
  const target = words[choice.candidates[0]! + CandidateField.RECORD]! + 4;
  // By a wildcard an alias can lead to the very name that was asked for; once is enough.
  if (isNamed(query, rotation.bytes, target)) return DONE;
  followName(query, rotation.bytes, target);
  return reply.nameAt(recordAt + 12);
}

function selfField(kind: RecordKind): number {
  if (kind === RecordKind.HTTPS) return EntryField.HTTPS_SELF;
  return kind === RecordKind.SVCB ? EntryField.SVCB_SELF : 0;
}

function writeChosen(
  context: QueryContext,
  entry: number,
  kind: RecordKind,
  root: number,
  ownerAt: number,
): boolean {
  const { rotation, decider, asker, choice, reply } = context;
  const { words, bytes } = rotation;
  choice.count = 0;
  decider.evaluate(root, words[entry + EntryField.ANSWERS + kind]!, asker, choice);
  for (let i = 0; i < choice.count; i++) {
    const record = words[choice.candidates[i]! + CandidateField.RECORD]!;
    const at = reply.at;
    if (!reply.record(Section.ANSWER, ownerAt, asker.ttlSeconds, bytes, record)) return false;
    if (kind <= RecordKind.CNAME) continue;
    // RFC 2782, RFC 5321 §5.1, RFC 9460 §2.4.1: the lowest is tried first; exchanges are counted in tens by custom.
    const priority = kind === RecordKind.MX ? 10 * (i + 1) : i + 1;
    reply.out[at + 12] = priority >>> 8;
    reply.out[at + 13] = priority;
  }
  return true;
}

/** No address, or SERVFAIL where the policy says so. */
function answerNothing(context: QueryContext, node: number): number {
  const { asker, reply } = context;
  if (asker.serving === Serving.SERVFAIL) {
    reply.rcode = Rcode.SERVFAIL;
    return DONE;
  }
  // The cause may pass, unless there can be no such record in whatever state.
  const maxTtlSeconds = asker.serving === Serving.NONE ? ANY_TTL : asker.ttlSeconds;
  return writeNegative(context, node, maxTtlSeconds) ? DONE : FULL;
}

/** Says what is special about the answer to those who speak EDNS. */
function explainItself({ asker, reply, settings }: QueryContext): void {
  const reason = servingReasons[asker.serving];
  if (reason !== undefined) reply.extended = reason;
  else if (settings.geoStale && asker.looked) reply.extended = reasons.geoStale;
}

/** By `Serving`. */
const servingReasons = Array.from({ length: 32 }, (_, serving) => {
  switch (serving) {
    case Serving.ALL:
      return reasons.serveAll;
    case Serving.LAST_GOOD:
      return reasons.lastGood;
    case Serving.NODATA:
    case Serving.SERVFAIL:
      return reasons.noEndpoint;
    case Serving.UNRESOLVED:
      return reasons.unresolved;
    case Serving.FROZEN:
      return reasons.frozen;
    case Serving.ISOLATED:
      return reasons.isolated;
    case Serving.RESIDENCY:
      return reasons.residency;
    case Serving.BETWEEN_WRITERS:
      return reasons.betweenWriters;
    case Serving.BEHIND:
      return reasons.behind;
    default:
      return undefined;
  }
});

/** Counts the answer for the region of its first record, or the refusal. */
function count(
  { rotation, counters, choice, hints, asker }: QueryContext,
  entry: number,
  composed: boolean,
): void {
  const { words, regionCount } = rotation;
  const row = words[entry + EntryField.COUNTERS]!;
  const given = composed && choice.count === 0 ? hints : choice;
  const first = given.count === 0 ? -1 : words[given.candidates[0]! + CandidateField.REGION]!;
  const column = asker.serving === Serving.RESIDENCY ? regionCount : first;
  if (column < 0) return;
  const slot = answerSlot(words[row + column]!);
  counters[slot] = counters[slot]! + 1;
}
