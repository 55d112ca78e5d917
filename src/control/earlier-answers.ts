import type { Config } from '../config/model.ts';
import { policiesUnder } from '../config/policy-uses.ts';
import type { Clock } from '../runtime/clock.ts';

/** Names that one policy steers. */
interface Root {
  /** The policies that it leads to, itself among them. */
  readonly by: ReadonlySet<string>;
  /** The longest TTL of these. */
  readonly ttlSeconds: number;
  readonly names: readonly string[];
}

/** What a name was answered with by a config that is not in use any more. */
interface Earlier {
  readonly by: ReadonlySet<string>;
  /** When the last answer has run out, monotonic ms. */
  readonly untilMs: number;
}

/** What caches may hold of names that the configs before steered. Names are wire names in lower case, as text. */
export class EarlierAnswers {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private roots: readonly Root[] = [];
  /** By name, of each set of policies that which runs out last: as many as there were ways to steer it within one TTL. */
  private names = new Map<string, readonly Earlier[]>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  /** Another config is in use from now on. */
  take(config: Config): void {
    const nowMs = this.clock.monotonicMs();
    const before = this.names;
    this.names = new Map();
    for (const [name, earlier] of before) {
      const left = earlier.filter(({ untilMs }) => untilMs > nowMs);
      if (left.length > 0) this.names.set(name, left);
    }
    for (const { by, ttlSeconds, names } of this.roots) {
      const newest = { by, untilMs: nowMs + 1_000 * ttlSeconds };
      for (const name of names) this.names.set(name, withNewest(this.names.get(name) ?? [], newest));
    }
    this.roots = rootsOf(config);
  }

  /**
   * For how long yet, whole seconds, caches may hold what the names that come to a policy were answered with before; by
   * `but`, if given, does not count.
   */
  secondsLeft(policy: string, but?: string): number {
    let untilMs = 0;
    const own = this.names.size === 0 ? [] : this.roots.filter(({ by }) => by.has(policy));
    for (const name of own.flatMap(({ names }) => names))
      for (const earlier of this.covering(name))
        if (but === undefined || !earlier.by.has(but)) untilMs = Math.max(untilMs, earlier.untilMs);
    return Math.max(0, Math.ceil((untilMs - this.clock.monotonicMs()) / 1_000));
  }

  /** What was said of the name, by the wildcards above it too; of a wildcard, of all that it may stand for. */
  private covering(name: string): readonly Earlier[] {
    if (name.startsWith(wildcard)) {
      const above = name.slice(wildcard.length);
      return [...this.names].flatMap(([other, earlier]) => (other.endsWith(above) ? earlier : []));
    }
    const found = [...(this.names.get(name) ?? [])];
    for (let at = 0; name.charCodeAt(at) > 0; ) {
      at += 1 + name.charCodeAt(at);
      found.push(...(this.names.get(wildcard + name.slice(at)) ?? []));
    }
    return found;
  }
}

const wildcard = '\x01*';

function withNewest(earlier: readonly Earlier[], newest: Earlier): Earlier[] {
  const same = earlier.find(({ by }) => isSame(by, newest.by));
  if (same === undefined) return [...earlier, newest];
  return earlier.map((one) => (one === same && one.untilMs < newest.untilMs ? newest : one));
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((name) => other.has(name));
}

function rootsOf({ zones, steerings, policies }: Config): Root[] {
  const names = new Map<number, string[]>();
  for (const { owner, steering } of zones.flatMap(({ steer }) => steer)) {
    const { policy } = steerings[steering]!;
    const own = names.get(policy) ?? [];
    own.push(Buffer.from(owner).toString('latin1').toLowerCase());
    names.set(policy, own);
  }
  return [...names].map(([policy, own]) => {
    const under = policiesUnder(policies, policy).map((index) => policies[index]!);
    const ttlSeconds = Math.max(...under.map(({ ttl }) => ttl.maxSeconds));
    return { by: new Set(under.map(({ name }) => name)), ttlSeconds, names: own };
  });
}
