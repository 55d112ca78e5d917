import type { Config } from '../../config/model.ts';
import { Serving } from '../../steering/nodes.ts';
import { EntryField, RecordKind, ROTATION_MAGIC, RotationHeader } from '../rotation.ts';
import type { Conditions } from './conditions.ts';
import { Grower } from './tree/grower.ts';
import { hasKind } from './tree/members.ts';
import { NodeWriter } from './tree/node-writer.ts';
import { usesOf } from './tree/pools-of.ts';
import { recordBook } from './tree/record-book.ts';
import { RegionSet } from './tree/region-set.ts';

/** The slots in which workers count. */
export interface CountedSlots {
  answers(policy: string, region: string): number;
  /** Answers that residency forbade. */
  refusals(policy: string): number;
}

/** Writes what each steered name is answered with now (`docs/decision-tree.md`). */
export function buildRotation(
  config: Config,
  conditions: Conditions,
  slots: CountedSlots,
): SharedArrayBuffer {
  const count = config.steerings.length;
  const writer = new NodeWriter(RotationHeader.SIZE + count * EntryField.SIZE, recordBook(config).bytes);
  writer.set(RotationHeader.MAGIC, ROTATION_MAGIC);
  writer.set(RotationHeader.ENTRIES, count);
  writer.set(RotationHeader.REGIONS, config.regions.length);
  const roots = new Roots(config, conditions, writer);
  const counters = new Map<number, number>();
  for (const [index, { policy }] of config.steerings.entries()) {
    const at = RotationHeader.SIZE + index * EntryField.SIZE;
    const row = counters.get(policy) ?? counterRow(config, policy, writer, slots);
    counters.set(policy, row);
    writer.set(at + EntryField.POLICY, policy);
    writer.set(at + EntryField.ANSWERS, config.policies[policy]!.answers);
    writer.set(at + EntryField.COUNTERS, row);
    for (const kind of Object.values(RecordKind))
      writer.set(at + EntryField.ROOTS + kind, roots.of(policy, kind));
  }
  return writer.finish();
}

function counterRow(config: Config, policy: number, writer: NodeWriter, slots: CountedSlots): number {
  const { name } = config.policies[policy]!;
  const inUse = regionsOf(config, policy);
  const row = config.regions.map((region, r) => (inUse.has(r) ? slots.answers(name, region.name) : 0));
  return writer.row([...row, slots.refusals(name)]);
}

/** The trees that entries begin with. */
class Roots {
  private readonly config: Config;
  private readonly writer: NodeWriter;
  private readonly grower: Grower;
  private readonly everywhere: RegionSet;

  constructor(config: Config, conditions: Conditions, writer: NodeWriter) {
    this.config = config;
    this.writer = writer;
    this.grower = new Grower(config, conditions, writer);
    this.everywhere = RegionSet.all(config.regions.length);
  }

  of(policy: number, kind: RecordKind): number {
    const { config, everywhere } = this;
    const none = { policy, serving: Serving.NONE };
    // Nobody is placed for an answer that is empty wherever the client is.
    if (
      !poolsUnder(config, policy).some((pool) => config.pools[pool]!.endpoints.some((e) => hasKind(e, kind)))
    )
      return this.writer.empty(none, false);
    const place = this.grower.use(
      { policy },
      {
        ...{ kind, mode: 'strict', within: everywhere, only: everywhere },
        ...{ rule: policy, families: config.policies[policy]!.families },
      },
    );
    return place === 0 ? this.writer.empty(none, false) : place;
  }
}

/** The pools that a policy leads to, through others too. */
export function poolsUnder(config: Config, policy: number): number[] {
  const pools = new Set<number>();
  const seen = new Set([policy]);
  for (const index of seen) {
    for (const use of usesOf(config.policies[index]!)) {
      if ('pool' in use) pools.add(use.pool);
      else seen.add(use.policy);
    }
  }
  return [...pools];
}

/** The regions that a policy may ever serve. */
function regionsOf(config: Config, policy: number): Set<number> {
  return new Set(
    poolsUnder(config, policy).flatMap((pool) => config.pools[pool]!.endpoints.map(({ region }) => region)),
  );
}
