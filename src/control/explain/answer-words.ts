import type { Policy } from '../../config/policy-model.ts';
import { poolsOf } from '../../config/policy-uses.ts';
import { formatPrefix, prefixOf } from '../../ip/prefix.ts';
import { DOUBT_TTL_SECONDS, hostSeconds } from '../../snapshot/compile/tree/ttl.ts';
import { Asker } from '../../steering/asker.ts';
import {
  BranchField,
  NodeHeader,
  NodeKind,
  Order,
  Serving,
  SHARE_ALL,
  SlotField,
  WalkField,
} from '../../steering/nodes.ts';
import { nextEdge } from '../../steering/windows.ts';
import { hashedPrefix } from './asker-words.ts';
import type { Scene } from './scene.ts';
import type { TracedNode } from './traced.ts';

/** Why the TTL is what it is: whose bound it was, and what that comes from. */
export function ttlWords(scene: Scene, root: TracedNode): string {
  const { asker, nodes, config } = scene;
  const seconds = asker.ttlSeconds;
  const place = visited(root).find(({ place: at }) => nodes[at + NodeHeader.TTL] === seconds)?.place;
  if (place === undefined) return '';
  if (nodes[place + NodeHeader.SERVING] === Serving.RESIDENCY)
    return 'a refusal is told for a short time only';
  const policy = config.policies[nodes[place + NodeHeader.POLICY]!]!;
  return `of policy ${policy.name}: ${boundWords(scene, policy, seconds)}`;
}

function boundWords({ config, conditions }: Scene, policy: Policy, seconds: number): string {
  const { minSeconds, maxSeconds } = policy.ttl;
  const members = [...poolsOf(policy)].flatMap((pool) =>
    config.pools[pool]!.endpoints.map(({ name }, endpoint) => ({ pool, endpoint, name })),
  );
  const unjudged = members.find(({ pool, endpoint }) => conditions.state(pool, endpoint) === 'unknown');
  if (unjudged !== undefined && seconds <= DOUBT_TTL_SECONDS && seconds < maxSeconds)
    return `short while no probe has judged ${unjudged.name}`;
  if (seconds < maxSeconds && seconds === Math.max(1, hostSeconds(config, conditions, policy)))
    return 'that of a host’s own record, or the least while a host has no address';
  if (seconds === maxSeconds)
    return minSeconds === maxSeconds ? 'as configured' : 'its longest, nothing is to change soon';
  const calm = members.map((each) => ({ ...each, ms: conditions.calmMs(each.pool, each.endpoint) }));
  const soonest = calm.reduce<(typeof calm)[number] | undefined>(
    (best, each) =>
      (each.ms ?? Number.POSITIVE_INFINITY) < (best?.ms ?? Number.POSITIVE_INFINITY) ? each : best,
    undefined,
  );
  const edge = Math.min(
    ...windowsOf(policy).map((window) => nextEdge(window, conditions.nowMs) ?? Number.POSITIVE_INFINITY),
  );
  if (edge - conditions.nowMs <= (soonest?.ms ?? Number.POSITIVE_INFINITY) && Number.isFinite(edge))
    return `a window opens or closes in ${Math.ceil((edge - conditions.nowMs) / 1000)} s`;
  if (soonest?.ms === 0) return `short while a probe contradicts the verdict on ${soonest.name}`;
  return soonest === undefined
    ? 'its bounds'
    : `${soonest.name} could change in ${Math.ceil(soonest.ms! / 1000)} s`;
}

function windowsOf(policy: Policy) {
  if (policy.type === 'schedule') return policy.windows.map(({ when }) => when);
  return policy.type === 'split' ? policy.rules.flatMap(({ when }) => when ?? []) : [];
}

/** What made the scope as long as it is. */
export function scopeWords(scene: Scene, root: TracedNode): string {
  const { asker, client } = scene;
  const { fixedScope, scope } = asker;
  if (fixedScope === 0)
    return 'the client opted out: the address that asked decides, for everybody behind it';
  if (fixedScope > 0)
    return `${formatPrefix(prefixOf(client, fixedScope))} is reserved and has no place: the address that asked decides`;
  if (!asker.looked && scope === 0) return 'the answer does not depend on where the client is';
  for (const node of visited(root)) {
    const needs = needsOf(scene, node);
    const cause = needs.find(({ bits }) => bits === scope);
    if (cause !== undefined) return cause.words;
  }
  return 'no reserved block may lie inside of it';
}

/** How long a scope each thing needs that a node asked of the address. */
function needsOf(scene: Scene, { place, visits }: TracedNode): { bits: number; words: string }[] {
  const { nodes, asker, views } = scene;
  const order = nodes[place] === NodeKind.WALK ? nodes[place + WalkField.ORDER] : undefined;
  const view =
    nodes[place] === NodeKind.BRANCH
      ? nodes[place + BranchField.VIEW]
      : order === Order.VIEW
        ? nodes[place + WalkField.VIEW]
        : undefined;
  const needs: { bits: number; words: string }[] = [];
  if (view !== undefined) {
    const found = scratchOf(asker);
    found.number(views[view]!);
    const what = nodes[place] === NodeKind.BRANCH ? 'matches the same entry' : 'ranks the regions alike';
    const bits = found.scope;
    needs.push({ bits, words: `the largest network around the client that ${what}` });
  }
  if (order === Order.PREFIX || visits.some(({ slot }) => nodes[slot + SlotField.SHARE]! < SHARE_ALL)) {
    const found = scratchOf(asker);
    found.prefixHash();
    const what = order === Order.PREFIX ? 'a hash' : 'a region that lets in a share of the clients';
    needs.push({ bits: found.scope, words: `${what} goes by the prefix ${hashedPrefix(asker)}` });
  }
  return needs;
}

/** An asker for the same client that has looked at nothing yet. */
function scratchOf(asker: Asker): Asker {
  const scratch = Object.assign(new Asker(), asker);
  scratch.begin();
  return scratch;
}

/** All nodes of a decision, as they were entered. */
function visited(root: TracedNode): TracedNode[] {
  const behind = [...root.visits.map(({ node }) => node), root.child, root.next];
  return [root, ...behind.flatMap((node) => (node === undefined ? [] : visited(node)))];
}
