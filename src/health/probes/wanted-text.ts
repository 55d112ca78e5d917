import { limits } from '../../runtime/limits.ts';
import { ProbeFailure } from './reasons.ts';

/**
 * Reads until the text is found, at most `limits.probeBodyBytes`; throws `ProbeFailure` when it is not. `what`: the
 * noun of what is read.
 */
export async function requireText(source: AsyncIterable<Buffer>, text: string, what: string): Promise<void> {
  const wanted = Buffer.from(text);
  const held = Buffer.alloc(limits.probeBodyBytes);
  let length = 0;
  for await (const chunk of source) {
    const added = chunk.copy(held, length);
    const from = Math.max(0, length - wanted.length + 1);
    length += added;
    if (held.subarray(from, length).includes(wanted)) return;
    if (length === held.length) break;
  }
  const where = length === held.length ? `the first ${length} bytes` : `its ${length} bytes`;
  throw new ProbeFailure({ code: 'body', reason: `${what} does not hold the wanted text in ${where}` });
}
