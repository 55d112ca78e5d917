import { Section } from '../dns/reply.ts';
import { NodeField } from '../snapshot/image.ts';
import type { QueryContext } from './context.ts';
import { writeRrset } from './records.ts';

/**
 * Adds the zone's SOA to an answer without data (RFC 2308 §3): its TTL says how long the absence may be cached.
 * `ttlSeconds` ≥ 0 lowers that. Left out when it doesn't fit: the answer is still valid, only not cacheable.
 */
export function writeNegative(context: QueryContext, node: number, ttlSeconds: number): void {
  const words = context.image.words;
  const apex = words[node + NodeField.APEX]!;
  const soa = words[apex + NodeField.NEGATIVE_SOA]!;
  if (soa !== 0) writeRrset(context, Section.AUTHORITY, soa, 0, words[apex + NodeField.NAME]!, ttlSeconds);
}
