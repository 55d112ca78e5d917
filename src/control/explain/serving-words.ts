import type { AllDown } from '../../config/policy-model.ts';
import type { Mode } from '../../snapshot/compile/tree/context.ts';
import {
  BranchField,
  NodeHeader,
  NodeKind,
  OwnerField,
  Serving,
  SlotField,
  WalkField,
} from '../../steering/nodes.ts';

/** A `Serving` in a word, rules as the config has them: `healthy`, `all-down: serve-all`. */
export function servingName(serving: number): string {
  const rule = rules[serving as Serving];
  if (rule !== undefined) return `all-down: ${rule}`;
  const [name] = Object.entries(Serving).find(([, value]) => value === serving)!;
  return name.toLowerCase().replaceAll('_', '-');
}

const rules: Partial<Readonly<Record<Serving, AllDown>>> = {
  [Serving.ALL]: 'serve-all',
  [Serving.LAST_GOOD]: 'last-known-good',
  [Serving.NODATA]: 'nodata',
  [Serving.SERVFAIL]: 'servfail',
};

/** A `Serving` as people read it. */
export function servingWords(serving: Serving): string {
  return words[serving];
}

const words: Readonly<Record<Serving, string>> = {
  [Serving.PLAIN]: '',
  [Serving.HEALTHY]: 'endpoints that are up',
  [Serving.UNKNOWN]: 'none is up: endpoints that no probe has judged yet',
  [Serving.ALL]: 'none is up: all, whatever their health (all-down: serve-all)',
  [Serving.LAST_GOOD]: 'none is up: those that were up last (all-down: last-known-good)',
  [Serving.NODATA]: 'none is up: no records (all-down: nodata)',
  [Serving.SERVFAIL]: 'none is up: SERVFAIL (all-down: servfail)',
  [Serving.NONE]: 'nothing in it has an address of this family',
  [Serving.FROZEN]: 'the floor of the pool holds: verdicts of before',
  [Serving.RESIDENCY]: 'no region that may serve this client can',
  [Serving.FALLBACK]: 'the fallback',
  [Serving.DEGRADED]: 'none is fully up: endpoints that are degraded',
  [Serving.ISOLATED]: 'this node is cut off: verdicts of before',
  [Serving.UNRESOLVED]: 'no host in it has a known address: no records',
  [Serving.LACKING]: 'no host in it has an address of this family now',
  [Serving.OTHER_FAMILY]: 'the client’s region has addresses of the other family only',
  [Serving.BETWEEN_WRITERS]: 'the name moves from one writer to another: no records in between',
  [Serving.BEHIND]: 'no endpoint is both healthy and caught up: no records',
};

/**
 * What a tree below a place serves: that of its first leaf, whatever residency refuses. Trees are grown in one mode, but
 * for those that hand the last word on.
 */
export function servingUnder(nodes: Int32Array, place: number): Serving {
  for (const leaf of leavesUnder(nodes, place)) {
    const serving = nodes[leaf + NodeHeader.SERVING]! as Serving;
    if (serving !== Serving.RESIDENCY) return serving;
  }
  return Serving.PLAIN;
}

/** Places of the groups and ends below a place, first ones first; of a huge tree not all. */
export function* leavesUnder(nodes: Int32Array, place: number): Generator<number> {
  const open = [place];
  for (let looked = 0; open.length > 0 && looked < LOOKED; looked++) {
    const at = open.pop()!;
    if (nodes[at] === NodeKind.GROUP || nodes[at] === NodeKind.EMPTY) yield at;
    else open.push(...childrenOf(nodes, at).reverse());
  }
}

const LOOKED = 4_096;

/** In which mode a tree was grown that serves so; undefined: it has nothing but words. */
export function modeOf(serving: Serving): Mode | undefined {
  if (serving === Serving.ALL) return 'all';
  if (serving === Serving.LAST_GOOD) return 'last-good';
  return serving === Serving.NODATA || serving === Serving.SERVFAIL ? undefined : 'strict';
}

function childrenOf(nodes: Int32Array, at: number): number[] {
  const list = (first: number, count: number, step = 1): number[] =>
    Array.from({ length: count }, (_, i) => nodes[first + i * step]!).filter((child) => child > 0);
  switch (nodes[at]) {
    case NodeKind.WALK:
      return list(at + WalkField.SLOTS + SlotField.CHILD, nodes[at + WalkField.COUNT]!, SlotField.SIZE);
    case NodeKind.BRANCH:
      return list(at + BranchField.CHILDREN, nodes[at + BranchField.COUNT]!);
    case NodeKind.OWNER:
      return list(at + OwnerField.UNKNOWN, 1).concat(
        list(at + OwnerField.CHILDREN, nodes[at + OwnerField.COUNT]!),
      );
    default:
      return [];
  }
}
