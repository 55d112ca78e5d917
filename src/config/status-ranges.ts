export type StatusRange = readonly [first: number, last: number];

/** Ranges from 204, "200-299,304" or a list of either; undefined when they are none. HTTP statuses are 100–599. */
export function parseStatus(
  input: number | string | readonly (number | string)[],
): StatusRange[] | undefined {
  const parts = [input].flat().flatMap((part) => String(part).split(','));
  const ranges: StatusRange[] = [];
  for (const part of parts) {
    const match = /^\s*([1-5][0-9]{2})\s*(?:-\s*([1-5][0-9]{2})\s*)?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first) return undefined;
    ranges.push([first, last]);
  }
  return ranges.length > 0 ? ranges : undefined;
}
