import type { Steering } from '../../../config/model.ts';
import { RecordKind } from '../../rotation.ts';
import type { RegionSet } from './region-set.ts';

/** Which endpoints count as usable: those in the best state there is; all of them; those that were up together last. */
export type Mode = 'strict' | 'all' | 'last-good';

/** What a tree is grown for (`docs/decision-tree.md`). */
export interface GrowContext {
  readonly kind: RecordKind;
  readonly mode: Mode;
  /** Regions among which the best state is looked for. */
  readonly within: RegionSet;
  /** Regions that may serve: `within` or a part of it. */
  readonly only: RegionSet;
  /** Index of the policy whose `all-down` holds when nothing is usable; undefined: come out empty then. */
  readonly rule: number | undefined;
  readonly families: 'together' | 'apart';
  /** How records look, and what becomes of hosts. */
  readonly steering: Steering;
}

/** Kinds of which clients take several, in order: trees for them go through all that may serve. */
export function isList(kind: RecordKind): boolean {
  return kind > RecordKind.CNAME;
}

/** Equal for contexts in which everything but the rule is equal. */
export function contextKey({ kind, mode, within, only, families, steering }: GrowContext): string {
  // Lists look different for each steering; addresses only by what becomes of hosts.
  const form = isList(kind) ? JSON.stringify(steering) : steering.hosts;
  return `${kind}${mode}${families}${within.id}/${only.id}${form}`;
}
