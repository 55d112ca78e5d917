import type { Config } from '../../config/model.ts';
import { nearestName } from '../../config/nearest-name.ts';
import { showName, showNames } from '../../config/wording.ts';
import { typeName } from '../../dns/constants.ts';
import { formatRdata } from '../../dns/rdata.ts';
import type { SnapshotBuffers } from '../../snapshot/buffers.ts';
import type { Conditions } from '../../snapshot/compile/conditions.ts';
import { buildRotation } from '../../snapshot/compile/rotation-builder.ts';
import { EntryField, RotationHeader } from '../../snapshot/rotation.ts';
import { CandidateField, SHARE_ALL } from '../../steering/nodes.ts';
import type { ConditionWords } from '../condition-words.ts';
import { ConditionsComposer } from '../conditions.ts';
import type { ExplainedLoss } from '../explanation.ts';
import { type Asked, rcodeName } from './ask.ts';

/** The regions of these names; what is wrong with the first that there is not. */
export function regionsNamed(config: Config, names: readonly string[]): ReadonlySet<number> | string {
  const regions = new Set<number>();
  for (const name of names) {
    const region = config.regions.findIndex((each) => each.name === name);
    if (region >= 0) regions.add(region);
    else return unknownRegion(config, name);
  }
  return regions;
}

function unknownRegion({ regions }: Config, name: string): string {
  const names = regions.map((each) => each.name);
  const near = nearestName(name, names);
  const hint = near === undefined ? `regions are ${showNames(names)}` : `did you mean ${showName(near)}?`;
  return `\`without\`: there is no region ${showName(name)}; ${hint}`;
}

/**
 * The conditions if all endpoints of these regions were down: what they leave is spread over the others by what those can
 * take. No floor stands against it: they are lost, not judged.
 */
export function conditionsWithout(
  config: Config,
  conditions: Conditions,
  lost: ReadonlySet<number>,
): Conditions {
  const { pools } = config;
  const isLost = (pool: number, endpoint: number) => lost.has(pools[pool]!.endpoints[endpoint]!.region);
  const state: Conditions['state'] = (pool, endpoint) =>
    isLost(pool, endpoint) ? 'down' : conditions.state(pool, endpoint);
  const wasGood = lastGoodWithout(config, conditions, state);
  const { nowMs } = conditions;
  const health = {
    ...{ state, wasGood },
    calmMs: (pool: number, endpoint: number) => conditions.calmMs(pool, endpoint),
    hostAddresses: (pool: number, endpoint: number) => conditions.hostAddresses(pool, endpoint),
  };
  // Shares that follow measured loads stay: what would be measured then is not known.
  const anew = pools.some(({ capacities }) => capacities.length > 0)
    ? new ConditionsComposer(health, { loadOf: () => undefined }).compose(config, nowMs)
    : undefined;
  return {
    ...{ ...health, nowMs, isolatedTtlSeconds: conditions.isolatedTtlSeconds },
    drained: (pool, endpoint) => conditions.drained(pool, endpoint),
    frozen: (pool) => conditions.frozen(pool),
    share: (pool, region) => Math.min(conditions.share(pool, region), anew?.share(pool, region) ?? SHARE_ALL),
    held: (policy) => heldWithout(config, conditions, policy, isLost),
  };
}

/** Who is held stays so while anything of it is left; after that health says who comes next, lags aside. */
function heldWithout(
  { policies, pools }: Config,
  conditions: Conditions,
  index: number,
  isLost: (pool: number, endpoint: number) => boolean,
): ReturnType<Conditions['held']> {
  const held = conditions.held(index);
  const policy = policies[index]!;
  if (held?.tier === undefined || policy.type !== 'failover') return held;
  const tier = policy.tiers[held.tier]!;
  if ('policy' in tier) return held;
  const own = 'endpoints' in tier ? tier.endpoints : [...pools[tier.pool]!.endpoints.keys()];
  return own.every((endpoint) => isLost(tier.pool, endpoint)) ? undefined : held;
}

/** As it is kept: those that are up are the last good ones, unless nothing of their family is. */
function lastGoodWithout(
  { pools }: Config,
  conditions: Conditions,
  state: Conditions['state'],
): Conditions['wasGood'] {
  return (pool, endpoint) => {
    const family = pools[pool]!.endpoints[endpoint]!.address?.family;
    const anyUp = pools[pool]!.endpoints.some(
      ({ address }, e) => address?.family === family && state(pool, e) === 'up',
    );
    return anyUp ? state(pool, endpoint) === 'up' : conditions.wasGood(pool, endpoint);
  };
}
/** What is said of the endpoints that are taken as down. */
export function wordsWithout(
  { pools }: Config,
  words: ConditionWords,
  lost: ReadonlySet<number>,
): ConditionWords {
  return {
    endpoint: (pool, endpoint) =>
      lost.has(pools[pool]!.endpoints[endpoint]!.region) ? 'taken as down' : words.endpoint(pool, endpoint),
    share: (pool, region) => words.share(pool, region),
    floor: (pool) => words.floor(pool),
    failover: (policy) => words.failover(policy),
    lag: (pool, endpoint) => words.lag(pool, endpoint),
  };
}

/**
 * The snapshot under other conditions, good for questions that the entry at `entry` answers and no others: of thousands of
 * policies one is grown anew.
 */
export function snapshotUnder(
  snapshot: SnapshotBuffers,
  config: Config,
  conditions: Conditions,
  entry: number,
): SnapshotBuffers {
  const asked = config.steerings[(entry - RotationHeader.SIZE) / EntryField.SIZE]!;
  const alone = { ...config, steerings: config.steerings.map(() => asked) };
  return { ...snapshot, rotation: buildRotation(alone, conditions, { answers: () => 0, refusals: () => 0 }) };
}

/** What the loss changes, in one line. */
export function lossOf(config: Config, lost: ReadonlySet<number>, now: Asked, then: Asked): ExplainedLoss {
  const [before, after] = [answerWords(config, now), answerWords(config, then)];
  const changed = before !== after;
  return {
    regions: [...lost].map((region) => config.regions[region]!.name),
    changed,
    text: changed ? `would be ${after} instead of ${before}` : `would be the same: ${after}`,
    now: now.message.answer.map(({ type, rdata }) => `${typeName(type)} ${formatRdata(type, rdata)}`),
  };
}

/** `192.0.2.10 from us-east, 198.51.100.10 from eu-west`; what there is instead of records. */
function answerWords(config: Config, { message, context }: Asked): string {
  const { choice, rotation } = context;
  const records = message.answer.slice(-choice.count || message.answer.length);
  if (choice.count === 0 || records.length < choice.count) {
    if (message.answer.length > 0)
      return records.map(({ type, rdata }) => formatRdata(type, rdata)).join(', ');
    return message.rcode === 0 ? 'no records' : rcodeName(message.rcode);
  }
  const parts = records.map(({ type, rdata }, i) => {
    const region = rotation.words[choice.candidates[i]! + CandidateField.REGION]!;
    return { text: formatRdata(type, rdata), from: config.regions[region]?.name ?? 'the sorry addresses' };
  });
  const regions = [...new Set(parts.map(({ from }) => from))];
  return regions
    .map(
      (from) =>
        `${parts
          .filter((part) => part.from === from)
          .map(({ text }) => text)
          .join(', ')} from ${from}`,
    )
    .join(', ');
}
