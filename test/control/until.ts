/** Resolves with what `look` gives once it is neither false nor undefined; an exception counts as "not yet". */
export async function until<T>(
  look: () => T | Promise<T>,
  limitMs = 30_000,
): Promise<Exclude<T, false | undefined>> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    let fault: unknown;
    try {
      const found = await look();
      if (found !== false && found !== undefined) return found as Exclude<T, false | undefined>;
    } catch (error) {
      fault = error;
    }
    if (performance.now() > deadline) throw new Error(`not reached: ${look}`, { cause: fault });
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
