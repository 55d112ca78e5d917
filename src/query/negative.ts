import { Section } from '../dns/reply.ts';
import { NodeField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';
import { writeRrset } from './records.ts';

/**
 * Adds the zone's SOA to an answer without data (RFC 2308 §3): its TTL says how long the absence may be cached.
 * `maxTtlSeconds` may lower that. False when it doesn't fit: the answer needs it.
 */
export function writeNegative(context: QueryContext, node: number, maxTtlSeconds?: number): boolean {
  const words = context.image.words;
  const apex = words[node + NodeField.APEX]!;
  const soa = words[apex + NodeField.NEGATIVE_SOA]!;
  return writeRrset(context, Section.AUTHORITY, soa, 0, words[apex + NodeField.NAME]!, maxTtlSeconds);
}
