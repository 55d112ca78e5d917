import { describe, expect, it } from 'vitest';
import { parseTtl } from '../../src/dns/ttl.ts';

describe('times', () => {
  it.each([
    ['0', 0],
    ['300', 300],
    ['1h', 3600],
    ['1H30M', 5400],
    ['1w2d3h4m5s', 788_645],
    ['30m1h', 5400],
    ['2147483647', 2_147_483_647],
    ['2147483648', -1],
    ['4000w', -1],
    ['99999999999999999999', -1],
    ['', -1],
    ['h', -1],
    ['1h30', -1],
    ['1hh', -1],
    ['1y', -1],
    ['-1', -1],
    ['1.5h', -1],
    ['1 h', -1],
  ])('%j is %d', (text, seconds) => {
    expect(parseTtl(Buffer.from(`x${text}x`), 1, 1 + text.length)).toBe(seconds);
  });
});
