import type {
  GeoPolicy,
  HomePolicy,
  Policy,
  SchedulePolicy,
  SplitPolicy,
  Use,
} from '../../src/config/policy-model.ts';
import { windowHolds } from '../../src/steering/windows.ts';
import type { SteeringWorld } from './world.ts';

/**
 * What a decision has to come to, from the config alone, where families go apart and everybody is let in: somebody who is
 * usable, the refusal of a residency, what is said for all down, or nothing as nobody is meant. `open`: a draw decides.
 */
export type Outcome = 'gives' | 'refused' | 'rule' | 'nothing' | 'open';

export interface Client {
  readonly family: 4 | 6;
  readonly label: string;
  /** By view. */
  readonly numbers: readonly number[];
}

/** Regions that may serve. */
type Regions = readonly number[];

export class SteeringOracle {
  private readonly world: SteeringWorld;

  constructor(world: SteeringWorld) {
    this.world = world;
  }

  outcome(policy: number, client: Client): Outcome {
    return this.policy(policy, client, this.everywhere(), true);
  }

  /** Whom this client may be given: `pool/endpoint`, on any path on which every residency permits the region. */
  permitted(policy: number, client: Client): Set<string> {
    const found = new Set<string>();
    this.permit({ policy }, client, this.everywhere(), found);
    return found;
  }

  private permit(use: Use, client: Client, within: Regions, found: Set<string>): void {
    if ('pool' in use) {
      for (const [i, { region }] of this.world.config.pools[use.pool]!.endpoints.entries())
        if (within.includes(region)) found.add(`${use.pool}/${i}`);
      return;
    }
    const policy = this.world.config.policies[use.policy]!;
    const inside = this.inside(policy, client, within);
    const owner = policy.type === 'home' ? this.ownerOf(policy, client) : undefined;
    const standing = policy.type === 'home' && owner !== undefined ? policy.standing.get(owner) : undefined;
    if (standing !== undefined) this.permit(standing, client, inside, found);
    else if (policy.type === 'home' && owner !== undefined)
      this.permit(
        policy.from,
        client,
        inside.filter((region) => region === owner),
        found,
      );
    else for (const each of this.usesOf(policy, client)) this.permit(each, client, inside, found);
    if (policy.fallback !== undefined) this.permit(policy.fallback, client, inside, found);
  }

  /** What the policy may hand this client on to. */
  private usesOf(policy: Policy, client: Client): Use[] {
    switch (policy.type) {
      case 'nearest':
      case 'latency':
      case 'multi':
        return [policy.from];
      case 'weighted':
        return policy.by.kind === 'shares' ? policy.by.shares.map(({ use }) => use) : [policy.by.from];
      case 'hash':
        return policy.among.kind === 'list' ? [...policy.among.list] : [policy.among.from];
      case 'failover':
        return policy.tiers.map((tier) => ('endpoints' in tier ? { pool: tier.pool } : tier));
      case 'home':
        return policy.unknown === undefined ? [] : [policy.unknown];
      default: {
        const use = this.chosen(policy, client);
        return use === undefined ? [] : [use];
      }
    }
  }

  /** What a policy that chooses by the client or by time has chosen. */
  private chosen(policy: GeoPolicy | SchedulePolicy | SplitPolicy, client: Client): Use | undefined {
    switch (policy.type) {
      case 'geo':
        return policy.branches[client.numbers[policy.view]!];
      case 'schedule':
        return policy.windows.find(({ when }) => this.holds(when))?.use ?? policy.otherwise;
      case 'split': {
        const rule = policy.rules.find(
          ({ clients, family, when }) =>
            (clients === undefined || client.numbers[clients.view]! > 1) &&
            (family === undefined || family === client.family) &&
            (when === undefined || this.holds(when)),
        );
        return rule?.use ?? policy.otherwise;
      }
    }
  }

  private ownerOf(policy: HomePolicy, client: Client): number | undefined {
    return this.world.config.owners[policy.owners]!.owners.get(client.label);
  }

  private inside({ residency }: Policy, client: Client, within: Regions): Regions {
    const regions = residency?.permitted[client.numbers[residency.view]!] ?? 'any';
    return regions === 'any' ? within : within.filter((region) => regions.includes(region));
  }

  private everywhere(): Regions {
    return this.world.config.regions.map((_, i) => i);
  }

  /** `final`: asked to the last, what is said for all down counted. */
  private policy(index: number, client: Client, within: Regions, final: boolean): Outcome {
    const policy = this.world.config.policies[index]!;
    const inside = this.inside(policy, client, within);
    if (inside === within) return this.unrestricted(policy, client, within, final);
    const outcome = this.unrestricted(policy, client, inside, false);
    return outcome === 'nothing' ? 'refused' : outcome;
  }

  private unrestricted(policy: Policy, client: Client, within: Regions, final: boolean): Outcome {
    const outcome = this.body(policy, client, within, final);
    if (outcome !== 'nothing' || !final) return outcome;
    const { fallback } = policy;
    const second = fallback === undefined ? 'nothing' : this.use(fallback, client, within);
    if (second !== 'nothing') return second;
    return handsOn(policy) ? 'nothing' : 'rule';
  }

  private body(policy: Policy, client: Client, within: Regions, final: boolean): Outcome {
    const use = (each: Use): Outcome => this.use(each, client, within);
    const handed = (each: Use | undefined): Outcome => {
      if (each === undefined) return 'nothing';
      if (!final) return use(each);
      if ('policy' in each) return this.policy(each.policy, client, within, true);
      const own = use(each);
      if (own !== 'nothing') return own;
      const second = policy.fallback === undefined ? 'nothing' : use(policy.fallback);
      return second === 'nothing' ? 'rule' : second;
    };
    switch (policy.type) {
      case 'nearest':
      case 'latency':
      case 'multi':
        return use(policy.from);
      case 'weighted':
        return policy.by.kind === 'shares'
          ? anyOf(policy.by.shares.filter(({ weight }) => weight > 0).map(({ use: each }) => use(each)))
          : use(policy.by.from);
      case 'hash':
        return policy.among.kind === 'list' ? anyOf(policy.among.list.map(use)) : use(policy.among.from);
      case 'failover':
        for (const tier of policy.tiers) {
          const outcome =
            'endpoints' in tier ? this.endpoints(tier.pool, tier.endpoints, client, within) : use(tier);
          if (outcome !== 'nothing') return outcome;
        }
        return 'nothing';
      case 'home': {
        const owner = this.ownerOf(policy, client);
        if (owner === undefined) return policy.unknown === undefined ? 'nothing' : use(policy.unknown);
        const standing = policy.standing.get(owner);
        if (standing !== undefined) return use(standing);
        return within.includes(owner) ? this.use(policy.from, client, [owner]) : 'nothing';
      }
      default:
        return handed(this.chosen(policy, client));
    }
  }

  private use(use: Use, client: Client, within: Regions): Outcome {
    if ('policy' in use) return this.policy(use.policy, client, within, false);
    const all = this.world.config.pools[use.pool]!.endpoints.keys();
    return this.endpoints(use.pool, [...all], client, within);
  }

  private endpoints(pool: number, list: readonly number[], { family }: Client, within: Regions): Outcome {
    const { endpoints } = this.world.config.pools[pool]!;
    const isUsable = list.some((i) => {
      const { region, address } = endpoints[i]!;
      const isHere = within.includes(region) && address!.family === family;
      return isHere && this.world.situation.state(pool, i) !== 'down';
    });
    return isUsable ? 'gives' : 'nothing';
  }

  private holds(window: Parameters<typeof windowHolds>[0]): boolean {
    return windowHolds(window, this.world.situation.nowMs);
  }
}

/** Of those that are tried one after the other in an order that nobody knows. */
function anyOf(outcomes: readonly Outcome[]): Outcome {
  const different = new Set(outcomes.filter((each) => each !== 'nothing'));
  if (different.size === 0) return 'nothing';
  return different.size === 1 ? [...different][0]! : 'open';
}

/** Leaves what is said for all down to what it chose. */
function handsOn({ type }: Policy): boolean {
  return type === 'geo' || type === 'schedule' || type === 'split';
}
