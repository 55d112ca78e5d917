import { limits } from '../../runtime/limits.ts';
import type { Findings } from '../findings.ts';
import type { Use } from '../policy-model.ts';
import type { Path } from '../source.ts';
import { showName } from '../wording.ts';

/** That a policy hands clients on to a pool or a policy, and where the file says so. */
interface Step {
  readonly use: Use;
  readonly path: Path;
}

/** Which policy leads to which pools and policies. */
export class Nesting {
  private readonly names: readonly string[];
  private readonly steps: Step[][];

  /** The names of all policies, by index. */
  constructor(names: readonly string[]) {
    this.names = names;
    this.steps = names.map(() => []);
  }

  add(policy: number, use: Use, path: Path): void {
    this.steps[policy]!.push({ use, path });
  }

  /** What any policy leads to, itself. */
  uses(): Use[] {
    return this.steps.flatMap((steps) => steps.map(({ use }) => use));
  }

  /** Tells every ring of policies, or else every policy that nests one level too deep. */
  check(findings: Findings): void {
    const { finished, rings } = this.walk();
    for (const ring of rings) this.tellRing(ring, findings);
    if (rings.length === 0) this.tellDepth(finished, findings);
  }

  /** Depth first, without recursion: a chain may be as long as the file has policies. */
  private walk(): { finished: number[]; rings: number[][] } {
    const state = new Uint8Array(this.names.length);
    const finished: number[] = [];
    const rings: number[][] = [];
    for (const start of this.names.keys()) {
      // Each ring is as long as its chain: what would not be told is not kept.
      if (state[start] !== NEW || rings.length >= limits.problems) continue;
      const path = [{ policy: start, next: 0 }];
      state[start] = OPEN;
      while (path.length > 0 && rings.length < limits.problems) {
        const top = path.at(-1)!;
        const step = this.steps[top.policy]![top.next++];
        if (step === undefined) {
          state[top.policy] = DONE;
          finished.push(path.pop()!.policy);
        } else if ('policy' in step.use) {
          const { policy } = step.use;
          if (state[policy] === NEW) {
            state[policy] = OPEN;
            path.push({ policy, next: 0 });
          } else if (state[policy] === OPEN) {
            const from = path.findIndex((each) => each.policy === policy);
            rings.push(path.slice(from).map((each) => each.policy));
          }
        }
      }
    }
    return { finished, rings };
  }

  /** At the policy of the ring that stands first in the file. */
  private tellRing(ring: readonly number[], findings: Findings): void {
    const first = ring.indexOf(Math.min(...ring));
    const turned = [...ring.slice(first), ...ring.slice(0, first)];
    const [policy, next] = [turned[0]!, turned[1] ?? turned[0]!];
    const step = this.steps[policy]!.find(({ use }) => 'policy' in use && use.policy === next)!;
    const message = () => `policies lead in a ring: ${this.chain([...turned, policy])}`;
    findings.error('CONFIG_VALUE', step.path, message);
  }

  private tellDepth(finished: readonly number[], findings: Findings): void {
    const depths = new Uint32Array(this.names.length);
    for (const policy of finished) {
      const below = this.steps[policy]!.map(({ use }) => ('policy' in use ? depths[use.policy]! : 0));
      depths[policy] = 1 + below.reduce((most, depth) => Math.max(most, depth), 0);
      if (depths[policy] !== limits.policyDepth + 1) continue;
      const message = () =>
        `policies nest deeper than ${limits.policyDepth}: ${this.chain(this.deepest(policy, depths))}`;
      findings.error('CONFIG_VALUE', ['policies', this.names[policy]!], message, 'key');
    }
  }

  private deepest(policy: number, depths: Uint32Array): number[] {
    const chain = [policy];
    for (let at: number | undefined = policy; at !== undefined; ) {
      const wanted: number = depths[at]! - 1;
      const step: Step | undefined = this.steps[at]!.find(
        ({ use }) => 'policy' in use && depths[use.policy] === wanted,
      );
      at = step && 'policy' in step.use ? step.use.policy : undefined;
      if (at !== undefined) chain.push(at);
    }
    return chain;
  }

  private chain(policies: readonly number[]): string {
    const names = policies.map((policy) => showName(this.names[policy]!));
    if (names.length > 2 * SHOWN) names.splice(SHOWN, names.length - 2 * SHOWN, '…');
    return names.join(' → ');
  }
}

const [NEW, OPEN, DONE] = [0, 1, 2];
/** Names of a chain that are told from its beginning, and from its end. */
const SHOWN = 12;
