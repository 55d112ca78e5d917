import type { Config } from '../config/model.ts';
import { policiesUnder } from '../config/policy-uses.ts';
import { formatName } from '../dns/names.ts';
import type { Clock } from '../runtime/clock.ts';

/** What a steered name was answered with by a config that is not in use any more. */
interface Earlier {
  /** The policies that it led to. */
  readonly by: ReadonlySet<string>;
  /** When the last answer has run out, monotonic ms. */
  readonly untilMs: number;
}

/** What caches may hold of names that were steered otherwise by the configs before. */
export class EarlierAnswers {
  private readonly clock: Pick<Clock, 'monotonicMs'>;
  private readonly names = new Map<string, Earlier[]>();

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.clock = clock;
  }

  /** The config is out of use from now on. */
  retire(config: Config): void {
    const nowMs = this.clock.monotonicMs();
    for (const [name, earlier] of this.names) {
      const left = earlier.filter(({ untilMs }) => untilMs > nowMs);
      if (left.length === 0) this.names.delete(name);
      else this.names.set(name, left);
    }
    const { policies } = config;
    const answers = byRoot(config, (under) => ({
      by: new Set(under.map((index) => policies[index]!.name)),
      untilMs: nowMs + 1_000 * Math.max(...under.map((index) => policies[index]!.ttl.maxSeconds)),
    }));
    for (const { name, root } of steered(config))
      this.names.set(name, [...(this.names.get(name) ?? []), answers.get(root)!]);
  }

  /**
   * For how long yet, whole seconds, caches may hold what the names that come to a policy were answered with before; by
   * `but`, if given, does not count.
   */
  secondsLeft(config: Config, policy: string, but?: string): number {
    const own = config.policies.findIndex(({ name }) => name === policy);
    const leads = byRoot(config, (under) => under.includes(own));
    let untilMs = 0;
    for (const { name, root } of steered(config)) {
      if (!leads.get(root)) continue;
      for (const earlier of this.covering(name))
        if (but === undefined || !earlier.by.has(but)) untilMs = Math.max(untilMs, earlier.untilMs);
    }
    return Math.max(0, Math.ceil((untilMs - this.clock.monotonicMs()) / 1_000));
  }

  /** What was said of the name, by the wildcards above it too; of a wildcard, of all that it may stand for. */
  private covering(name: string): Earlier[] {
    if (name.startsWith('*.')) {
      const below = name.slice(1);
      return [...this.names].flatMap(([other, earlier]) => (other.endsWith(below) ? earlier : []));
    }
    const found = [...(this.names.get(name) ?? [])];
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1))
      found.push(...(this.names.get(`*${name.slice(dot)}`) ?? []));
    return found;
  }
}

/** Of each policy that steers names, what is to be known of all that it leads to. */
function byRoot<T>({ policies, steerings }: Config, of: (under: readonly number[]) => T): Map<number, T> {
  const roots = new Set(steerings.map(({ policy }) => policy));
  return new Map([...roots].map((root) => [root, of(policiesUnder(policies, root))]));
}

/** Steered names with the policies that they are steered by. */
function steered({ zones, steerings }: Config): { readonly name: string; readonly root: number }[] {
  return zones.flatMap(({ steer }) =>
    steer.map(({ owner, steering }) => ({
      name: formatName(owner).toLowerCase(),
      root: steerings[steering]!.policy,
    })),
  );
}
