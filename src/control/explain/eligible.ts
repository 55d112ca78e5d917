import type { Endpoint } from '../../config/model.ts';
import { formatName } from '../../dns/names.ts';
import { hasKind } from '../../snapshot/compile/tree/members.ts';
import { RecordKind } from '../../snapshot/rotation.ts';
import { endpointOf, type Frame, type Member, type Scene } from './scene.ts';

/**
 * Why an endpoint is not among those that may serve in this part of the tree; undefined: it is. Asks the very function
 * that the tree was grown by. `among`: of the pool's endpoints, those that are looked at.
 */
export function whyNotEligible(
  scene: Scene,
  frame: Frame,
  member: Member,
  among?: readonly number[],
): string | undefined {
  const { conditions, kind, steering, groups } = scene;
  const { pool, endpoint } = member;
  const own = endpointOf(scene, member);
  if (!hasRecord(scene, member)) return noRecord(own, kind);
  if (!frame.within.has(own.region)) return 'residency keeps this client out of its region';
  if (among !== undefined && !among.includes(endpoint)) return 'not in the order of the policy';
  const { mode } = frame;
  const context = { ...frame, kind, steering, rule: undefined };
  if (groups.membersOf({ pool, even: true, among }, context).endpoints.includes(endpoint)) return undefined;
  const state = conditions.state(pool, endpoint);
  if (mode === 'last-good') return `${describeState(scene, member)}; not among the last ones that were up`;
  if (state === 'unknown') return 'no probe has judged it yet, and others are up';
  if (state === 'degraded') return `${describeState(scene, member)}, and others are up`;
  if (state === 'down') return describeState(scene, member);
  return scene.words.endpoint(pool, endpoint) ?? (own.weight === 0 ? 'weight 0' : 'drained');
}

/** Whether it has a record of the kind that is asked for. */
function hasRecord(scene: Scene, member: Member): boolean {
  const { conditions, kind, steering } = scene;
  const { pool, endpoint } = member;
  return hasKind(conditions, pool, endpoint, endpointOf(scene, member), kind, steering.hosts);
}

/** What is to be said of an endpoint that is served although it is not plainly up. */
export function although(scene: Scene, member: Member): string {
  const { pool, endpoint } = member;
  const state = scene.conditions.state(pool, endpoint);
  if (scene.conditions.frozen(pool) && state === 'up' && scene.health(pool, endpoint).state === 'down') {
    const floor = scene.words.floor(pool);
    return `, although its probes say down: the floor of the pool holds${floor === undefined ? '' : ` (${floor})`}`;
  }
  if (state === 'up') {
    const set = scene.words.endpoint(pool, endpoint);
    return set === undefined ? '' : `, ${set}`;
  }
  const text = describeState(scene, member);
  return `, although ${state === 'down' && text !== 'down' ? 'down: ' : ''}${text}`;
}

/** Why it is down, or `not yet known`: what a column of states does not say already. */
function describeState(scene: Scene, { pool, endpoint }: Member): string {
  const state = scene.conditions.state(pool, endpoint);
  if (state === 'unknown') return 'not yet known';
  if (state === 'degraded') {
    const reason = scene.words.endpoint(pool, endpoint) ?? scene.health(pool, endpoint).lastReason;
    return reason === undefined ? state : `${state}: ${reason}`;
  }
  if (state !== 'down') return state;
  return scene.words.endpoint(pool, endpoint) ?? scene.health(pool, endpoint).lastReason ?? 'down';
}

function noRecord({ address, host }: Endpoint, kind: RecordKind): string {
  if (kind > RecordKind.AAAA) return 'it has no host name';
  const type = kind === RecordKind.A ? 'A' : 'AAAA';
  if (address !== undefined) return `an IPv${address.family} address answers no ${type} question`;
  return `its host ${formatName(host!)} has no address known for ${type}`;
}

/** Why a part of the tree gives nothing: its endpoints with what stands against each. */
export function whyEmpty(
  scene: Scene,
  frame: Frame,
  members: readonly Member[],
  among?: readonly number[],
): string {
  if (members.length === 0) return 'no endpoint there';
  // Those of the other family are no news beside one of this.
  const fitting = members.filter((member) => hasRecord(scene, member));
  const causes = (fitting.length > 0 ? fitting : members).map((member) => ({
    name: endpointOf(scene, member).name,
    why: whyNotEligible(scene, frame, member, among) ?? 'nothing behind it serves this client',
  }));
  const reasons = [...new Set(causes.map(({ why }) => why))];
  const shown = causes.slice(0, SHOWN).map(({ name, why }) => `${name}: ${why}`);
  if (causes.length > 1 && reasons.length === 1) return `${causes.length} endpoints: ${reasons[0]}`;
  return causes.length > SHOWN ? `${shown.join('; ')}; and ${causes.length - SHOWN} more` : shown.join('; ');
}

const SHOWN = 4;
