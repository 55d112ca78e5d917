import type { QueryContext } from './context.ts';
import type { QuerySource } from './source.ts';

/**
 * Answers the query in `packet[0 … length)` into `out` and returns the number of bytes written; 0 means that
 * the packet gets no answer. Synchronous, allocates nothing, never throws, never writes past `out`.
 */
export function respond(
  packet: Uint8Array,
  length: number,
  _source: QuerySource,
  _context: QueryContext,
  out: Uint8Array,
): number {
  out.set(packet.subarray(0, length));
  return length;
}
