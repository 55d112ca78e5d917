import type { Policy, Use } from '../../src/config/policy-model.ts';

/** The keys that every policy has, as they are when nobody says otherwise. */
const plain = {
  ttl: { minSeconds: 20, maxSeconds: 20 },
  answers: 1,
  allDown: 'serve-all',
  fallback: undefined,
  families: 'together',
  residency: undefined,
} as const;

/** Policies of all types that differ in what is asked of them only. */
type Own<P> = P extends Policy ? Omit<P, 'name' | keyof typeof plain> : never;

/** A policy with what is special about it; its name is found by `policies`. */
export function policy(own: Own<Policy> & Partial<Omit<Policy, 'type'>>): Policy {
  return { name: '', ...plain, ...own } as Policy;
}

/** Policies called y0, y1 … */
export function named(...list: readonly Policy[]): Policy[] {
  return list.map((each, i) => ({ ...each, name: `y${i}` }));
}

export const pool = (index: number): Use => ({ pool: index });
export const nested = (index: number): Use => ({ policy: index });
