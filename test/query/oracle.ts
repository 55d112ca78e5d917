import { RrType, typeName } from '../../src/dns/constants.ts';
import { formatName, type WireName } from '../../src/dns/names.ts';
import { formatRdata } from '../../src/dns/rdata.ts';
import { limits } from '../../src/runtime/limits.ts';
import type { ZoneRecord } from '../../src/zone/record.ts';

/** A zone for the oracle; steered names stand in `records` with the address that their policy gives. */
export interface OracleZone {
  readonly apex: WireName;
  readonly records: readonly ZoneRecord[];
}

/** What an answer must be; sections as sets of `owner TTL type data` in lower case. */
export interface Expected {
  rcode: 'NOERROR' | 'NXDOMAIN' | 'REFUSED';
  aa: boolean;
  readonly answer: Set<string>;
  readonly authority: Set<string>;
  readonly additional: Set<string>;
}

/** A name as labels from the root downwards, lower case, joined so that they can be compared. */
type Labels = readonly string[];

/**
 * RFC 1034 §4.3.2 with RFC 4592, 6672 and 8482, by the letter: lists and linear search, nothing prepared, nothing
 * shared with the code under test but the reading of names and record data.
 */
export class Oracle {
  private readonly zones: readonly Zone[];

  constructor(zones: readonly OracleZone[]) {
    this.zones = zones.map((zone) => new Zone(zone, zones));
  }

  answer(name: WireName, type: number): Expected {
    const out: Expected = {
      rcode: 'NOERROR',
      aa: false,
      answer: new Set(),
      authority: new Set(),
      additional: new Set(),
    };
    let next: Labels | undefined = labelsOf(name);
    for (let hop = 0; hop <= limits.cnameChain && next !== undefined; hop++) {
      const zone: Zone | undefined = this.zoneFor(next, type);
      if (zone === undefined) {
        if (hop === 0) out.rcode = 'REFUSED';
        return out;
      }
      next = this.step(zone, next, type, out);
    }
    return out;
  }

  /** Step 2: "the zone which is the nearest ancestor to QNAME"; for DS that of the name above, where it can. */
  private zoneFor(name: Labels, type: number): Zone | undefined {
    const nearest = this.nearest(name);
    if (type !== RrType.DS || nearest === undefined || !same(nearest.apex, name) || name.length === 0)
      return nearest;
    const parent = this.nearest(name.slice(0, -1));
    return parent === undefined || parent.cutAbove(name.slice(0, -1)) !== undefined ? nearest : parent;
  }

  private nearest(name: Labels): Zone | undefined {
    const above = this.zones.filter((zone) => isAtOrBelow(name, zone.apex));
    return above.sort((a, b) => b.apex.length - a.apex.length)[0];
  }

  /** Step 3; returns the name to start again with. */
  private step(zone: Zone, name: Labels, type: number, out: Expected): Labels | undefined {
    const cut = zone.cutAbove(name);
    if (cut !== undefined && !(type === RrType.DS && same(cut, name))) {
      this.refer(zone, cut, out);
      return undefined;
    }
    out.aa = true;
    if (zone.exists(name)) return this.match(zone, name, name, type, out);
    const encloser = zone.closestEncloser(name);
    const dname = zone.set(encloser, RrType.DNAME)[0];
    if (dname !== undefined) {
      const target = [...labelsOf(dname.rdata), ...name.slice(encloser.length)];
      out.answer.add(textOf(encloser, dname));
      out.answer.add(`${nameText(name)} ${dname.ttlSeconds} cname ${nameText(target)}`);
      return target;
    }
    const wildcard = [...encloser, '*'];
    if (zone.exists(wildcard)) return this.match(zone, wildcard, name, type, out);
    out.rcode = 'NXDOMAIN';
    out.authority.add(zone.negative());
    return undefined;
  }

  private match(zone: Zone, node: Labels, name: Labels, type: number, out: Expected): Labels | undefined {
    const all = zone.at(node);
    const alias = all.find((record) => record.type === RrType.CNAME);
    const wanted = all.filter((record) => record.type === type);
    if (type === RrType.ANY && alias === undefined && all.length > 0) {
      out.answer.add(`${nameText(name)} 3600 hinfo "rfc8482" ""`);
    } else if (wanted.length > 0) {
      for (const record of wanted) out.answer.add(textOf(name, record));
      if (type === RrType.NS || type === RrType.MX) this.lead(wanted, out);
    } else if (alias !== undefined) {
      out.answer.add(textOf(name, alias));
      return type === RrType.ANY ? undefined : labelsOf(alias.rdata);
    } else out.authority.add(zone.negative());
    return undefined;
  }

  /** Step 6: "attempt to add other RRs which may be useful"; of names that are neither delegated nor steered. */
  private lead(records: readonly ZoneRecord[], out: Expected): void {
    for (const { type, rdata } of records) {
      const target = labelsOf(type === RrType.MX ? rdata.subarray(2) : rdata);
      const zone = this.nearest(target);
      if (zone === undefined || zone.cutAbove(target) !== undefined) continue;
      if (zone.at(target).some(({ file }) => file === 'steered')) continue;
      for (const address of [...zone.set(target, RrType.A), ...zone.set(target, RrType.AAAA)])
        out.additional.add(textOf(target, address));
    }
  }

  private refer(zone: Zone, cut: Labels, out: Expected): void {
    for (const record of zone.set(cut, RrType.NS)) {
      out.authority.add(textOf(cut, record));
      const target = labelsOf(record.rdata);
      for (const type of [RrType.A, RrType.AAAA]) {
        for (const address of this.nearest(target)?.staticSet(target, type) ?? []) {
          out.additional.add(textOf(target, address));
        }
      }
    }
  }
}

class Zone {
  readonly apex: Labels;
  private readonly records: readonly { readonly owner: Labels; readonly record: ZoneRecord }[];
  /** Names that exist in the zone beyond its records': the apexes of zones inside of it. */
  private readonly inner: readonly Labels[];

  constructor(zone: OracleZone, all: readonly OracleZone[]) {
    this.apex = labelsOf(zone.apex);
    this.inner = all
      .map((other) => labelsOf(other.apex))
      .filter((apex) => apex.length > this.apex.length && isAtOrBelow(apex, this.apex));
    // At the apex of a zone inside, this zone's word counts for the delegation alone (RFC 4035 §3.1.4.1).
    this.records = zone.records
      .map((record) => ({ owner: labelsOf(record.owner), record }))
      .filter(({ owner, record }) => {
        const isOurs = record.type === RrType.DS || record.type === RrType.NS;
        return isOurs || !this.inner.some((apex) => same(apex, owner));
      });
  }

  at(name: Labels): ZoneRecord[] {
    return this.records.filter(({ owner }) => same(owner, name)).map(({ record }) => record);
  }

  set(name: Labels, type: number): ZoneRecord[] {
    return this.at(name).filter((record) => record.type === type);
  }

  /** Without what policies give: a referral shows no steered address. */
  staticSet(name: Labels, type: number): ZoneRecord[] {
    return this.set(name, type).filter((record) => record.file !== 'steered');
  }

  /** RFC 4592 §2.2.2: with records, or above a name that has some. */
  exists(name: Labels): boolean {
    if (!isAtOrBelow(name, this.apex)) return false;
    return [...this.records.map(({ owner }) => owner), ...this.inner].some((owner) =>
      isAtOrBelow(owner, name),
    );
  }

  closestEncloser(name: Labels): Labels {
    let at = name.slice(0, -1);
    while (!this.exists(at)) at = at.slice(0, -1);
    return at;
  }

  /** The first delegation on the way down from the apex. */
  cutAbove(name: Labels): Labels | undefined {
    for (let size = this.apex.length + 1; size <= name.length; size++) {
      if (this.set(name.slice(0, size), RrType.NS).length > 0) return name.slice(0, size);
    }
    return undefined;
  }

  negative(): string {
    const soa = this.set(this.apex, RrType.SOA)[0]!;
    const minimum = Number(formatRdata(RrType.SOA, soa.rdata).split(' ').at(-1));
    return textOf(this.apex, soa, Math.min(minimum, soa.ttlSeconds));
  }
}

function textOf(owner: Labels, { ttlSeconds, type, rdata }: ZoneRecord, ttl = ttlSeconds): string {
  return `${nameText(owner)} ${ttl} ${typeName(type)} ${formatRdata(type, rdata)}`.toLowerCase();
}

/** Labels here hold no byte that needs an escape. */
function labelsOf(name: WireName): Labels {
  const text = formatName(name).toLowerCase();
  return text === '.' ? [] : text.slice(0, -1).split('.').reverse();
}

function nameText(labels: Labels): string {
  return labels.length === 0 ? '.' : `${[...labels].reverse().join('.')}.`;
}

function same(a: Labels, b: Labels): boolean {
  return a.length === b.length && a.every((label, i) => label === b[i]);
}

function isAtOrBelow(name: Labels, ancestor: Labels): boolean {
  return same(name.slice(0, ancestor.length), ancestor);
}
