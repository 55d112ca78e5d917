/**
 * The TTL of an answer that may change in `secondsToNextChange`: the largest class that does not outlast it, within
 * min and max, which count as classes themselves. Undefined: it cannot change by itself, so max. Few classes, so that
 * each can be signed and answers of one name fall into few caches' lines.
 */
export function ttlSeconds(
  secondsToNextChange: number | undefined,
  minSeconds: number,
  maxSeconds: number,
): number {
  if (secondsToNextChange === undefined || secondsToNextChange >= maxSeconds) return maxSeconds;
  let ttl = minSeconds;
  for (const seconds of classes) {
    if (seconds > secondsToNextChange || seconds > maxSeconds) break;
    ttl = Math.max(ttl, seconds);
  }
  return ttl;
}

const classes = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 18_000, 36_000, 86_400];
