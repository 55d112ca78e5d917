import type { Comparison } from './compare.ts';
import type { MoveReport, PolicyReport, Shares } from './report.ts';

/** The comparison for programs: plain data, shares 0 … 1 to six decimals, null where there is no answer. */
export function jsonOf({ policies, ...rest }: Comparison): object {
  return { policies: policies.map(policyJson), ...rest };
}

function policyJson({
  names,
  moved,
  swapped,
  moves,
  swaps,
  regions,
  countries,
  ...head
}: PolicyReport): object {
  return {
    ...head,
    names: { count: names.count, first: names.first ?? null },
    moved: sharesJson(moved),
    swapped: sharesJson(swapped),
    moves: moves.map(moveJson),
    swaps: swaps.map(({ region, text, ...shares }) => ({ region, text, ...sharesJson(shares) })),
    regions: regions.map(({ region, before, now }) => ({ region, before: round(before), now: round(now) })),
    countries: countries
      .filter(({ moved: own }) => own > 0)
      .map(({ country, users, moved: own, move }) => ({
        ...{ country, users: round(users), moved: round(own) },
        move: move ?? null,
      })),
  };
}

function moveJson({ from, to, countries, ...shares }: MoveReport): object {
  return {
    ...{ from: from ?? null, to: to ?? null, ...sharesJson(shares) },
    countries: countries.map(({ country, users }) => ({ country, users: round(users) })),
  };
}

function sharesJson({ users, ipv4, ipv6 }: Shares): Shares {
  return { users: round(users), ipv4: round(ipv4), ipv6: round(ipv6) };
}

function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
