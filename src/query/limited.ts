import { Flag, Rcode } from '../dns/constants.ts';
import { NodeField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';
import { countLimited } from './counters.ts';
import { AnswerKind, type RateLimiter, Verdict } from './rate-limit.ts';
import type { QuerySource } from './source.ts';

/**
 * Decides on the answer in the making, which goes to `source` over UDP: true when it must not be sent. One that slips
 * becomes empty, with TC. Who sent a good cookie is sent what he asked for, and so is an allowed network.
 */
export function withheld(context: QueryContext, limiter: RateLimiter, source: QuerySource): boolean {
  if (context.cookieValid) return false;
  const kind = kindOf(context);
  const verdict = limiter.take(source, kind, bucketKey(context, kind), context.nowMs);
  // Looked for last: a bucket that still has something costs the same with many networks as with none.
  if (verdict === Verdict.SEND || context.unlimited.contains(source)) return false;
  if (verdict === Verdict.DROP) {
    countLimited(context.counters, 'drop');
    return true;
  }
  context.reply.truncate(context.query);
  // The text of a reason would make the answer worth more than the question.
  context.reply.extended = undefined;
  countLimited(context.counters, 'slip');
  return false;
}

/** An answer that didn't fit has no records any more, and is none without data. */
function kindOf({ reply }: QueryContext): AnswerKind {
  if (reply.rcode === Rcode.NXDOMAIN) return AnswerKind.NEGATIVE;
  if (reply.rcode !== Rcode.NOERROR) return AnswerKind.ERROR;
  return reply.answers > 0 || (reply.flags & Flag.TC) !== 0 ? AnswerKind.POSITIVE : AnswerKind.NEGATIVE;
}

/**
 * Positive answers are kept apart by the node that the question met, which is its name, or the wildcard or DNAME that
 * random names have in common; negative ones by its zone.
 */
function bucketKey({ askedNode, image }: QueryContext, kind: AnswerKind): number {
  if (kind === AnswerKind.ERROR || askedNode === 0) return 0;
  return kind === AnswerKind.POSITIVE ? askedNode : image.words[askedNode + NodeField.APEX]!;
}
