import type { Comparison } from '../../config/check-model.ts';
import type { JsonScalar } from './json-path.ts';

/** What is wrong with a value, after "is"; undefined when it is as wanted. Text is no number where a bound asks for one. */
export function faultOf(value: JsonScalar, { equals, atMost, atLeast }: Comparison): string | undefined {
  const wanted = unmet(value, equals, atMost, atLeast);
  if (wanted === undefined) return undefined;
  const shown = typeof value === 'string' ? JSON.stringify(value).slice(0, 60) : String(value);
  return `${shown}, wanted ${wanted}`;
}

function unmet(
  value: JsonScalar,
  equals: Comparison['equals'],
  atMost: number | undefined,
  atLeast: number | undefined,
): string | undefined {
  if (equals !== undefined && value !== equals) return JSON.stringify(equals);
  if (atMost === undefined && atLeast === undefined) return undefined;
  if (typeof value !== 'number') return 'a number';
  // 1e999 is JSON, and infinite.
  if (!Number.isFinite(value)) return 'a finite number';
  if (atMost !== undefined && value > atMost) return `at most ${atMost}`;
  return atLeast !== undefined && value < atLeast ? `at least ${atLeast}` : undefined;
}
