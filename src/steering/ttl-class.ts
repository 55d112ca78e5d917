/** TTLs between the bounds of a policy, seconds: few, so that each can be prepared. */
const classes = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400];

/** The longest class that ends before the next change does, within the bounds, which are classes themselves. */
export function ttlSeconds(
  secondsToChange: number | undefined,
  minSeconds: number,
  maxSeconds: number,
): number {
  if (secondsToChange === undefined || secondsToChange >= maxSeconds) return maxSeconds;
  const fitting = classes.filter((each) => each > minSeconds && each < maxSeconds && each <= secondsToChange);
  return fitting.at(-1) ?? minSeconds;
}
