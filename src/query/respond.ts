import { Flag, Rcode, RrClass, RrType } from '../dns/constants.ts';
import { parseQuery } from '../dns/parse.ts';
import { Parsed } from '../dns/query.ts';
import { limits } from '../runtime/limits.ts';
import { Found, lookup } from '../snapshot/lookup.ts';
import { answerApart, standsApart } from './apart.ts';
import type { QueryContext } from './context.ts';
import { countDrop, countQuery } from './counters.ts';
import { writeDname } from './dname.ts';
import { withheld } from './limited.ts';
import { logQuery } from './log-query.ts';
import { writeNegative } from './negative.ts';
import { answerNode } from './node.ts';
import { addOptions } from './options.ts';
import { DONE, FULL } from './outcome.ts';
import { reasons } from './reasons.ts';
import { QUESTION } from './records.ts';
import { writeReferral } from './referral.ts';
import { type QuerySource, Transport } from './source.ts';

/**
 * Answers the query in `packet[0 … length)` into `out` and returns the number of bytes written; 0 means that
 * the packet gets no answer. Synchronous, allocates nothing, never throws, never writes past `out`.
 */
export function respond(
  packet: Uint8Array,
  length: number,
  source: QuerySource,
  context: QueryContext,
  out: Uint8Array,
): number {
  const { query, reply } = context;
  const parsed = parseQuery(packet, length, query);
  if (parsed === Parsed.DROP) {
    countDrop(context.counters, length < 12 ? 'short' : 'response');
    return 0;
  }
  const udp = source.transport === Transport.UDP;
  context.scope = 0;
  context.askedNode = 0;
  context.entry = 0;
  context.cookieValid = false;
  reply.begin(
    packet,
    query,
    out,
    udp ? Math.min(query.udpBytes, context.settings.udpAnswerBytes) : limits.tcpMessageBytes,
  );
  const type = query.type;
  if (query.options !== 0) addOptions(packet, source, context);
  if (parsed !== Parsed.OK) reply.rcode = parsed === Parsed.COOKIE ? cookieRcode(context) : refusals[parsed];
  else if (standsApart(query)) answerApart(context);
  else if (!answer(context, source)) reply.truncate(query);
  const { limiter } = context;
  if (limiter !== undefined && udp && withheld(context, limiter, source)) return 0;
  countQuery(context.counters, source.transport, type, reply.rcode);
  const size = reply.finish(packet, query, context.scope, context.settings.udpAnswerBytes);
  if (context.log.share !== 0) logQuery(packet, source, context, size);
  return size;
}

/**
 * The algorithm of RFC 1034 §4.3.2. Each turn is one name: the question's, then those that CNAME and DNAME lead to,
 * each owned by the name at `ownerAt` in the message. False: the answer doesn't fit.
 */
function answer(context: QueryContext, source: QuerySource): boolean {
  const { query, reply, place, image } = context;
  let ownerAt = QUESTION;
  for (let hop = 0; hop <= limits.cnameChain; hop++) {
    lookup(image, query, place);
    const found = place.found;
    if (hop === 0) context.askedNode = place.node;
    if (found === Found.OUTSIDE) {
      if (hop === 0) refuseOutside(context);
      return true;
    }
    // DS stands on the parent's side of a delegation (RFC 4035 §3.1.4.1).
    const atParent = found === Found.REFERRAL && query.type === RrType.DS && place.label === 0;
    if (found === Found.REFERRAL && !atParent) return writeReferral(context, place.node);
    // RFC 1035 §6.2: an answer to class ANY is never authoritative.
    if (query.class === RrClass.IN) reply.flags |= Flag.AA;
    if (found === Found.NXDOMAIN) {
      reply.rcode = Rcode.NXDOMAIN;
      return writeNegative(context, place.node);
    }
    ownerAt =
      found === Found.DNAME
        ? writeDname(context, place.node, place.label, ownerAt)
        : answerNode(context, source, place.node, ownerAt);
    if (ownerAt === FULL) return false;
    // Back at the question's name the aliases form a circle, and all of them are told.
    if (ownerAt === DONE || ownerAt === QUESTION) return true;
  }
  return true;
}

const refusals = {
  [Parsed.FORMERR]: Rcode.FORMERR,
  [Parsed.NOTIMP]: Rcode.NOTIMP,
  [Parsed.BADVERS]: Rcode.BADVERS,
} as const;

/** Tells what the cookie of a query without a question is worth (RFC 7873 §5.4); without cookies it is no query. */
function cookieRcode({ query, cookies, cookieValid }: QueryContext): number {
  if (!cookies.enabled) return Rcode.FORMERR;
  return cookieValid || query.cookieLength === 8 ? Rcode.NOERROR : Rcode.BADCOOKIE;
}

function refuseOutside(context: QueryContext): void {
  const ready = context.generation > 0;
  context.reply.rcode = ready ? Rcode.REFUSED : Rcode.SERVFAIL;
  context.reply.extended = ready ? reasons.outside : reasons.notReady;
}
