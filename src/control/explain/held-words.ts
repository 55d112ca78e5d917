import type { FailoverPolicy, Tier } from '../../config/policy-model.ts';
import { whyNotEligible } from './eligible.ts';
import { type Frame, type Member, memberKey, membersOf, note, type Scene } from './scene.ts';

/** How a failover stands of which one tier alone may serve; undefined for one that goes by health alone. */
export function heldWords({ conditions, words }: Scene, policy: number): string | undefined {
  if (conditions.held(policy) === undefined) return undefined;
  return words.failover(policy) ?? 'one alone may serve';
}

/** Of the endpoints that the one in service is none of, why they wait: health, their lag, or that another is it. */
export function noteHeldBack(
  scene: Scene,
  frame: Frame,
  policy: number,
  { tiers }: FailoverPolicy,
  inService: readonly Member[],
): void {
  const serving = new Set(inService.map(memberKey));
  const inTiers = new Set(tiers.flatMap((tier) => membersOfTier(scene, frame, tier)).map(memberKey));
  const pools = new Set(tiers.flatMap((tier) => ('pool' in tier ? tier.pool : [])));
  for (const pool of pools)
    for (const member of membersOf(scene, frame, { pool })) {
      if (serving.has(memberKey(member))) continue;
      if (!inTiers.has(memberKey(member))) {
        note(scene, member, whyNotEligible(scene, frame, member, []) ?? 'not in the order of the policy');
        continue;
      }
      const isOut = scene.conditions.state(pool, member.endpoint) === 'down';
      const own = isOut ? whyNotEligible(scene, frame, member) : undefined;
      const behind = scene.words.lag(pool, member.endpoint);
      const other = inService.length > 0 ? 'another is in service' : heldWords(scene, policy)!;
      note(scene, member, own ?? behind ?? other);
    }
}

function membersOfTier(scene: Scene, frame: Frame, tier: Tier): readonly Member[] {
  if (!('pool' in tier)) return [];
  const { pool } = tier;
  return 'endpoints' in tier
    ? tier.endpoints.map((endpoint) => ({ pool, endpoint }))
    : membersOf(scene, frame, { pool });
}
