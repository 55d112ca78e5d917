import { Flag, Rcode, RrClass, RrType } from '../dns/constants.ts';
import type { ExtendedError } from '../dns/extended-errors.ts';
import type { Query } from '../dns/query.ts';
import { Section } from '../dns/reply.ts';
import type { ChaosTexts } from '../snapshot/settings.ts';
import type { QueryContext } from './context.ts';
import { reasons } from './reasons.ts';
import { QUESTION } from './records.ts';

/**
 * Whether a question is not about the records of a zone: another class than IN (ANY asks for IN among others), or a type
 * that no record set has (RFC 6895 §3.1). Type ANY is about records.
 */
export function standsApart(query: Query): boolean {
  const { class: klass, type } = query;
  if (klass !== RrClass.IN && klass !== RrClass.ANY) return true;
  return type === RrType.OPT || (type >= 128 && type < RrType.ANY);
}

/** Answers such a question: what class CH tells where the operator allows it, else REFUSED with the reason. */
export function answerApart(context: QueryContext): void {
  const { class: klass, type } = context.query;
  if (type === RrType.AXFR || type === RrType.IXFR) refuse(context, reasons.transfer);
  else if (type !== RrType.ANY && type >= 128 && type < 256) refuse(context, reasons.metaType);
  else if (type === RrType.OPT) refuse(context, reasons.metaType);
  else if (klass === RrClass.CH) answerChaos(context);
  else refuse(context, reasons.class);
}

function refuse(context: QueryContext, reason: ExtendedError): void {
  context.reply.rcode = Rcode.REFUSED;
  context.reply.extended = reason;
}

function answerChaos(context: QueryContext): void {
  const { query, reply, settings } = context;
  const member = chaosMember(query);
  const text = member && settings.chaos?.[member];
  if (text === undefined) {
    refuse(context, member === undefined ? reasons.chaosName : reasons.chaosOff);
    return;
  }
  reply.flags |= Flag.AA;
  if (query.type !== RrType.TXT && query.type !== RrType.ANY) return;
  // TTL 0: what is asked is how this server is now. It always fits: text and name have their bounds.
  const rdataAt = reply.startRecord(txtHead, 0, QUESTION, 0);
  textLength[0] = text.length;
  reply.raw(textLength, 0, 1);
  reply.raw(text, 0, text.length);
  reply.endRecord(Section.ANSWER, rdataAt);
}

/** Type TXT, class CH, TTL 0. */
const txtHead = Uint8Array.of(0, RrType.TXT, 0, RrClass.CH, 0, 0, 0, 0);
const textLength = new Uint8Array(1);

const chaosNames: readonly (readonly [Uint8Array, keyof ChaosTexts])[] = [
  [wire('version', 'bind'), 'version'],
  [wire('version', 'server'), 'version'],
  [wire('id', 'server'), 'id'],
  [wire('hostname', 'bind'), 'hostname'],
];

function chaosMember({ name, nameLength }: Query): keyof ChaosTexts | undefined {
  for (const [known, member] of chaosNames) {
    if (known.length === nameLength && known.every((byte, i) => byte === name[i])) return member;
  }
  return undefined;
}

function wire(...labels: readonly string[]): Uint8Array {
  const bytes = labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  return Uint8Array.of(...bytes, 0);
}
