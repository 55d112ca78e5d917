import { Section } from '../dns/reply.ts';
import { EntryField, RecordKind } from '../snapshot/rotation.ts';
import type { Choice } from '../steering/choice.ts';
import { CandidateField } from '../steering/nodes.ts';
import type { QueryContext } from './context.ts';

const IPV4_HINT = 4;
const IPV6_HINT = 6;

/**
 * Writes an HTTPS or SVCB record for the name itself (priority 1, target "."), with the parameters at `parameters` and as
 * hints the very addresses that A and AAAA would give this client now (RFC 9460 §7.3). Nothing when there are none.
 * False when it doesn't fit.
 */
export function writeService(
  context: QueryContext,
  entry: number,
  parameters: number,
  type: number,
  ownerAt: number,
): boolean {
  const { rotation, decider, asker, choice, hints, service, reply } = context;
  const { words, bytes } = rotation;
  hints.count = 0;
  decider.evaluate(
    words[entry + EntryField.ROOTS + RecordKind.AAAA]!,
    words[entry + EntryField.ANSWERS + RecordKind.AAAA]!,
    asker,
    hints,
  );
  asker.stopped = false;
  choice.count = 0;
  decider.evaluate(
    words[entry + EntryField.ROOTS + RecordKind.A]!,
    words[entry + EntryField.ANSWERS + RecordKind.A]!,
    asker,
    choice,
  );
  if (choice.count + hints.count === 0) return true;
  service[0] = type >>> 8;
  service[1] = type;
  service.set(selfHead, 4);
  let at = 7;
  const length = (bytes[parameters]! << 8) | bytes[parameters + 1]!;
  for (let i = 0; i < length; i++) service[at++] = bytes[parameters + 2 + i]!;
  at = writeHint(context, at, IPV4_HINT, 4, choice);
  at = writeHint(context, at, IPV6_HINT, 16, hints);
  service[2] = (at - 4) >>> 8;
  service[3] = at - 4;
  return reply.record(Section.ANSWER, ownerAt, asker.ttlSeconds, service, 0);
}

/** Priority 1, the root as target: the owner itself. */
const selfHead = Uint8Array.of(0, 1, 0);

/** Writes the addresses of a choice as one parameter, returns where it ends. */
function writeHint(
  { rotation, service }: QueryContext,
  at: number,
  key: number,
  addressBytes: number,
  choice: Choice,
): number {
  if (choice.count === 0) return at;
  const { words, bytes } = rotation;
  const length = choice.count * addressBytes;
  service[at++] = 0;
  service[at++] = key;
  service[at++] = length >>> 8;
  service[at++] = length;
  for (let i = 0; i < choice.count; i++) {
    const record = words[choice.candidates[i]! + CandidateField.RECORD]! + 4;
    for (let b = 0; b < addressBytes; b++) service[at++] = bytes[record + b]!;
  }
  return at;
}
