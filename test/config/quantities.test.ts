import { describe, expect, it } from 'vitest';
import { percentage, size } from '../../src/config/quantities.ts';

describe('size', () => {
  it.each([
    ['1kB', 1_000],
    ['100MB', 100_000_000],
    ['2GB', 2_000_000_000],
  ])('%s is %i bytes', (text, bytes) => {
    expect(size('1kB', '10GB').parse(text)).toBe(bytes);
  });

  it.each(['100', '1mb', '1.5MB', '1 MB', '-1MB', '11GB', '999B'])('is not %s', (text) => {
    expect(size('1kB', '10GB').safeParse(text).success).toBe(false);
  });
});

describe('percentage', () => {
  it.each([
    ['1%', 0.01],
    ['0.5%', 0.005],
    ['100%', 1],
  ])('%s is %d', (text, share) => {
    expect(percentage('0.001%', '100%').parse(text)).toBe(share);
  });

  it.each(['1', '0%', '101%', '.5%', '-1%', '1 %', '0.0001%'])('is not %s', (text) => {
    expect(percentage('0.001%', '100%').safeParse(text).success).toBe(false);
  });
});
