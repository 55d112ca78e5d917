import type { Config, Endpoint, Policy, Pool } from '../../config/model.ts';
import { RrType } from '../../dns/constants.ts';
import { unreachable } from '../../runtime/assert.ts';
import { planFailover } from '../../steering/failover.ts';
import { planNearest } from '../../steering/nearest.ts';
import { type Candidate, type Plan, Walk } from '../../steering/plan.ts';
import { CandidateField, GroupField, PolicyField } from '../../steering/table.ts';
import { planWeighted } from '../../steering/weighted.ts';
import { ROTATION_MAGIC, RotationHeader } from '../rotation.ts';
import { eligibleEndpoints, type HealthView, servedTtl } from './eligible.ts';

/**
 * Writes what each policy serves now. `counterOf(policy, region)` gives the slot in which the workers count answers.
 */
export function buildRotation(
  config: Config,
  health: HealthView,
  counterOf: (policy: string, region: string) => number,
): SharedArrayBuffer {
  const writer = new RotationWriter(config);
  for (const [index, policy] of config.policies.entries()) writer.policy(index, policy, health, counterOf);
  return writer.finish();
}

function planOf(policy: Policy, eligible: readonly Candidate[]): Plan {
  switch (policy.type) {
    case 'nearest':
      return planNearest(eligible);
    case 'failover':
      return planFailover(eligible, policy.tiers);
    case 'weighted':
      return planWeighted(eligible, policy.within);
    default:
      return unreachable(policy);
  }
}

class RotationWriter {
  private readonly config: Config;
  private readonly words: number[];
  private readonly records: number[] = [];
  /** Words that hold byte places, to be moved behind the words when their number is known. */
  private readonly recordWords: number[] = [];

  constructor(config: Config) {
    this.config = config;
    this.words = new Array<number>(RotationHeader.SIZE + config.policies.length * PolicyField.SIZE).fill(0);
    this.words[RotationHeader.MAGIC] = ROTATION_MAGIC;
    this.words[RotationHeader.POLICIES] = config.policies.length;
    this.words[RotationHeader.REGIONS] = config.regions.length;
  }

  policy(
    index: number,
    policy: Policy,
    health: HealthView,
    counterOf: (policy: string, region: string) => number,
  ): void {
    const pool = this.config.pools[policy.pool]!;
    const ttlSeconds = servedTtl(policy, pool, health);
    const at = RotationHeader.SIZE + index * PolicyField.SIZE;
    const a = eligibleEndpoints(this.config, policy, 4, health);
    const aaaa = eligibleEndpoints(this.config, policy, 6, health);
    this.words[at + PolicyField.WALK] = planOf(policy, []).walk;
    this.words[at + PolicyField.ANSWERS] = policy.answers;
    this.words[at + PolicyField.TABLE_A] = this.table(planOf(policy, a.candidates), pool, ttlSeconds);
    this.words[at + PolicyField.TABLE_AAAA] = this.table(planOf(policy, aaaa.candidates), pool, ttlSeconds);
    this.words[at + PolicyField.SERVING_A] = a.serving;
    this.words[at + PolicyField.SERVING_AAAA] = aaaa.serving;
    this.words[at + PolicyField.TTL] = ttlSeconds;
    this.words[at + PolicyField.COUNTERS] = this.words.length;
    const inUse = new Set(pool.endpoints.map((endpoint) => endpoint.region));
    for (const [region, { name }] of this.config.regions.entries()) {
      this.words.push(inUse.has(region) ? counterOf(policy.name, name) : 0);
    }
  }

  /** Place of a plan's table; 0 when it has no group. */
  private table(plan: Plan, pool: Pool, ttlSeconds: number): number {
    if (plan.groups.length === 0) return 0;
    if (plan.walk === Walk.SINGLE) return this.group(plan.groups[0]!, pool, ttlSeconds);
    const row = this.words.length;
    for (let i = 0; i < this.config.regions.length; i++) this.words.push(0);
    for (const group of plan.groups) this.words[row + group[0]!.region] = this.group(group, pool, ttlSeconds);
    return row;
  }

  private group(candidates: readonly Candidate[], pool: Pool, ttlSeconds: number): number {
    const place = this.words.length;
    this.words[place + GroupField.COUNT] = candidates.length;
    this.words[place + GroupField.WEIGHT] = candidates.reduce((sum, candidate) => sum + candidate.weight, 0);
    for (const candidate of candidates) {
      const at = this.words.length;
      this.words[at + CandidateField.WEIGHT] = candidate.weight;
      this.words[at + CandidateField.REGION] = candidate.region;
      this.words[at + CandidateField.ENDPOINT] = candidate.endpoint;
      this.words[at + CandidateField.RECORD] = this.record(pool.endpoints[candidate.endpoint]!, ttlSeconds);
      this.recordWords.push(at + CandidateField.RECORD);
    }
    return place;
  }

  private record({ address }: Endpoint, ttlSeconds: number): number {
    const place = this.records.length;
    const type = address.family === 4 ? RrType.A : RrType.AAAA;
    const ttl = [ttlSeconds >>> 24, (ttlSeconds >>> 16) & 0xff, (ttlSeconds >>> 8) & 0xff, ttlSeconds & 0xff];
    this.records.push(0xc0, 0x0c, 0, type, 0, 1, ...ttl, 0, address.bytes.length, ...address.bytes);
    return place;
  }

  finish(): SharedArrayBuffer {
    const wordBytes = 4 * this.words.length;
    for (const word of this.recordWords) this.words[word] = this.words[word]! + wordBytes;
    const size = wordBytes + ((this.records.length + 3) & ~3);
    const buffer = new SharedArrayBuffer(size);
    new Int32Array(buffer).set(this.words);
    new Uint8Array(buffer).set(this.records, wordBytes);
    return buffer;
  }
}
