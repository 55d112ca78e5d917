import type { Config, ServiceForm, Steering } from '../../config/model.ts';
import { poolsUnder } from '../../config/policy-uses.ts';
import { EntryField, RecordKind, ROTATION_MAGIC, RotationHeader } from '../rotation.ts';
import type { Conditions } from './conditions.ts';
import { type Absence, absenceServing, findAbsence } from './tree/absence.ts';
import { Grower } from './tree/grower.ts';
import { hasKind } from './tree/members.ts';
import { NodeWriter } from './tree/node-writer.ts';
import { recordBook } from './tree/record-book.ts';
import { serviceParameters, u16 } from './tree/record-form.ts';
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
  const entries = new Entries(config, conditions, writer, slots);
  for (const [index, steering] of config.steerings.entries())
    entries.write(RotationHeader.SIZE + index * EntryField.SIZE, steering);
  return writer.finish();
}

/** The entries of a rotation, and the trees that they begin with. */
class Entries {
  private readonly config: Config;
  private readonly conditions: Conditions;
  private readonly writer: NodeWriter;
  private readonly slots: CountedSlots;
  private readonly grower: Grower;
  private readonly everywhere: RegionSet;
  private readonly counters = new Map<number, number>();

  constructor(config: Config, conditions: Conditions, writer: NodeWriter, slots: CountedSlots) {
    this.config = config;
    this.conditions = conditions;
    this.writer = writer;
    this.slots = slots;
    this.grower = new Grower(config, conditions, writer);
    this.everywhere = RegionSet.all(config.regions.length);
  }

  write(at: number, steering: Steering): void {
    const { writer, config } = this;
    writer.set(at + EntryField.POLICY, steering.policy);
    writer.set(at + EntryField.COUNTERS, this.counterRow(steering.policy));
    for (const kind of Object.values(RecordKind)) {
      const form = formOf(steering, kind);
      if (form === undefined) continue;
      writer.set(at + EntryField.ROOTS + kind, this.root(steering, kind));
      writer.set(at + EntryField.ANSWERS + kind, form.answers ?? config.policies[steering.policy]!.answers);
    }
    // Where no endpoint has a host name, HTTPS and SVCB stand for the name itself.
    if (this.hasAny(steering, RecordKind.CNAME)) return;
    if (steering.https !== undefined) this.self(at + EntryField.HTTPS_SELF, steering.https);
    if (steering.svcb !== undefined) this.self(at + EntryField.SVCB_SELF, steering.svcb);
  }

  private root(steering: Steering, kind: RecordKind): number {
    const { config, conditions, everywhere, grower } = this;
    const { policy } = steering;
    const { families } = config.policies[policy]!;
    const own = { kind, within: everywhere, only: everywhere, families, steering };
    const hasAny = this.hasAny(steering, kind);
    const absence = hasAny ? 'none' : findAbsence(config, conditions, reachOf(config, policy).pools, own);
    // Nobody is placed for an answer that is empty wherever the client is; hosts without an address are as if down.
    if (!hasAny && absence !== 'unresolved') return this.nothing(policy, absence);
    return grower.use({ policy }, { ...own, mode: 'strict', rule: policy }) || this.nothing(policy, absence);
  }

  /** A record that no endpoint can ever have is missed for as long as the zone says, any other as long as the policy does. */
  private nothing(policy: number, absence: Absence): number {
    const serving = absenceServing(absence, this.config.policies[policy]!);
    const ttlSeconds = absence === 'none' ? undefined : this.grower.ttlOf(policy);
    return this.writer.empty({ policy, serving, ttlSeconds }, false);
  }

  /** Whether the policy leads to any endpoint with such a record now, in whatever state. */
  private hasAny(steering: Steering, kind: RecordKind): boolean {
    const { config, conditions } = this;
    return reachOf(config, steering.policy).pools.some((pool) =>
      config.pools[pool]!.endpoints.some((endpoint, index) =>
        hasKind(conditions, pool, index, endpoint, kind, steering.hosts),
      ),
    );
  }

  private self(word: number, form: ServiceForm): void {
    const parameters = serviceParameters(form);
    this.writer.setBytes(word, Buffer.concat([u16(parameters.length), parameters]));
  }

  private counterRow(policy: number): number {
    const known = this.counters.get(policy);
    if (known !== undefined) return known;
    const { config, slots } = this;
    const { name } = config.policies[policy]!;
    const inUse = reachOf(config, policy).regions;
    const row = config.regions.map((region, r) => (inUse.has(r) ? slots.answers(name, region.name) : 0));
    const place = this.writer.row([...row, slots.refusals(name)]);
    this.counters.set(policy, place);
    return place;
  }
}

/** Undefined: not steered. Without `answers` it is the policy's number. */
function formOf(steering: Steering, kind: RecordKind): { readonly answers?: number } | undefined {
  switch (kind) {
    case RecordKind.HTTPS:
      return steering.https;
    case RecordKind.SVCB:
      return steering.svcb;
    case RecordKind.SRV:
      return steering.srv;
    case RecordKind.MX:
      return steering.mx;
    case RecordKind.CNAME:
      return steering.hosts === 'cname' ? { answers: 1 } : undefined;
    default:
      return {};
  }
}

/** By policy: neither changes with health, and both are asked for at each change of it. */
interface Reach {
  readonly pools: readonly number[];
  readonly regions: ReadonlySet<number>;
}

const reaches = new WeakMap<Config, Map<number, Reach>>();

function reachOf(config: Config, policy: number): Reach {
  const known = reaches.get(config) ?? new Map<number, Reach>();
  reaches.set(config, known);
  let reach = known.get(policy);
  if (reach === undefined) {
    const pools = poolsUnder(config.policies, policy);
    const regions = pools.flatMap((pool) => config.pools[pool]!.endpoints.map(({ region }) => region));
    reach = { pools, regions: new Set(regions) };
    known.set(policy, reach);
  }
  return reach;
}
