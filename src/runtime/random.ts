/**
 * Seeded pseudo-random numbers (xorshift32) for jitter and shares. Not for secrets.
 * No allocation per draw: the UDP loop uses it for weighted choices.
 */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 0x9e3779b9;
  }

  /** Uniform over 0 … 2³²−1 (never two zeros in a row; the period is 2³²−1). */
  next(): number {
    return this.step() >>> 0;
  }

  /** Uniform integer in [0, bound), bound ≤ 2³¹. The bias is below bound / 2³¹. */
  below(bound: number): number {
    return Math.floor(((this.step() >>> 1) / 2147483648) * bound);
  }

  /** Uniform in [0, 1). */
  fraction(): number {
    return this.next() / 4294967296;
  }

  /** All 32 bits as a signed number: V8 keeps those without memory, unsigned ones above 2³¹ it may not. */
  private step(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return x;
  }
}
