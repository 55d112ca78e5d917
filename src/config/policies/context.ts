import type { View } from '../../geo/views.ts';
import { limits } from '../../runtime/limits.ts';
import { type Findings, type Named, undefinedName } from '../findings.ts';
import type { Pool, Region } from '../model.ts';
import { nearestName } from '../nearest-name.ts';
import type { Use } from '../policy-model.ts';
import type { Part, Path } from '../source.ts';
import type { Tables } from '../tables/tables.ts';
import type { ViewList } from '../views.ts';
import { showName, showNames } from '../wording.ts';
import type { Nesting } from './nesting.ts';

/** What all policies are resolved against. */
export interface PolicySurroundings {
  readonly regions: Named<Region>;
  readonly pools: Named<Pool>;
  readonly policies: Named<unknown>;
  /** By index. */
  readonly poolNames: readonly string[];
  readonly policyNames: readonly string[];
  readonly views: ViewList;
  readonly tables: Tables;
  readonly nesting: Nesting;
  readonly findings: Findings;
}

/**
 * One policy among what it may refer to. What cannot be resolved is told, and something takes its place: after an error
 * the policy is not used.
 */
export class PolicyContext {
  readonly name: string;
  readonly around: PolicySurroundings;
  readonly findings: Findings;
  private readonly index: number;

  constructor(name: string, around: PolicySurroundings) {
    this.name = name;
    this.around = around;
    this.findings = around.findings;
    this.index = around.policies.get(name)!.index;
  }

  path(...steps: Path): Path {
    return ['policies', this.name, ...steps];
  }

  /** A pool or a policy: `app`, `pool:app`, `policy:app`. */
  use(text: string, steps: Path, part: Part = 'value'): Use {
    return this.noted(this.find(text, this.path(...steps), part), steps);
  }

  /** The same, undefined for `none`. */
  useOrNone(text: string, steps: Path): Use | undefined {
    return text === 'none' ? undefined : this.use(text, steps);
  }

  /** What `pool` names: a pool, and only if there is none of that name a policy. */
  from(text: string): Use {
    const pool = this.around.pools.get(text);
    return this.noted(pool === undefined ? this.find(text, this.path('pool')) : { pool: pool.index }, [
      'pool',
    ]);
  }

  /** Tells those that stand there twice. */
  distinct(uses: readonly { readonly use: Use; readonly path: Path; readonly part?: Part }[]): void {
    const seen = new Set<string>();
    for (const { use, path, part } of uses) {
      if (use === NOWHERE) continue;
      const name = this.nameOf(use);
      if (seen.has(name)) this.findings.error('CONFIG_DUPLICATE', path, `${name} stands here already`, part);
      seen.add(name);
    }
  }

  nameOf(use: Use): string {
    const { poolNames, policyNames } = this.around;
    if ('pool' in use) return `pool ${showName(poolNames[use.pool] ?? '')}`;
    return `policy ${showName(policyNames[use.policy]!)}`;
  }

  /** Undefined where the pool has faults, or where it is not known which is meant. */
  pool(index: number): Pool | undefined {
    const name = this.around.poolNames[index];
    return name === undefined ? undefined : this.around.pools.get(name)?.item;
  }

  view(view: View, ...steps: Path): number {
    const index = this.around.views.add(view);
    if (index !== undefined) return index;
    const message = `more than ${limits.views} different maps of clients; they differ by the biases of regions, the tables of \`latency\`, and the clients that lead to one thing in \`map\`, \`residency\` and \`clients\``;
    this.findings.error('CONFIG_VALUE', this.path(...steps), message);
    return 0;
  }

  /** The view of regions by distance alone. */
  distances(): number {
    return this.view({ kind: 'distance', bias: Array(this.around.regions.size).fill(0) });
  }

  region(name: string, steps: Path, part: Part = 'value'): number {
    return this.findings.reference('region', name, this.around.regions, this.path(...steps), part) ?? 0;
  }

  private noted(use: Use | undefined, steps: Path): Use {
    if (use === undefined) return NOWHERE;
    this.around.nesting.add(this.index, use, this.path(...steps));
    return use;
  }

  private find(text: string, path: Path, part?: Part): Use | undefined {
    const { pools, policies } = this.around;
    const [, kind, named] = /^(pool|policy):(.*)$/s.exec(text) ?? [undefined, undefined, text];
    const pool = kind === 'policy' ? undefined : pools.get(named!)?.index;
    const policy = kind === 'pool' ? undefined : policies.get(named!)?.index;
    if (pool !== undefined && policy !== undefined) {
      // A policy cannot mean itself.
      if (policy === this.index) return { pool };
      const name = showName(text);
      const message = `${name} is a pool and a policy; write ${showName(`pool:${text}`)} or ${showName(`policy:${text}`)}`;
      this.findings.error('CONFIG_REFERENCE', path, message, part);
      return undefined;
    }
    if (pool !== undefined) return { pool };
    // A name alone is rather meant for a pool that is missing; `policy:` is told as a ring.
    if (policy !== undefined && (policy !== this.index || kind !== undefined)) return { policy };
    this.findings.error('CONFIG_REFERENCE', path, () => this.unknown(kind, named!), part);
    return undefined;
  }

  private unknown(kind: string | undefined, name: string): string {
    const { pools, policies } = this.around;
    if (kind !== undefined) return undefinedName(kind, name, kind === 'pool' ? pools : policies);
    const names = new Set(
      [...pools.keys(), ...policies.keys()].filter((each) => each !== this.name || pools.has(each)),
    );
    const near = nearestName(name, names);
    const defined = names.size === 0 ? 'none is defined' : `defined: ${showNames(names)}`;
    const hint = near === undefined ? defined : `did you mean ${showName(near)}?`;
    const what =
      name === this.name ? 'names this policy itself, and no pool' : 'is neither a pool nor a policy';
    return `${showName(name)} ${what}; ${hint}`;
  }
}

/** Stands for what a name means that means nothing. */
const NOWHERE: Use = { pool: -1 };
