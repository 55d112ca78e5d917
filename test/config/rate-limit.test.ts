import { describe, expect, it } from 'vitest';
import { formatPrefix } from '../../src/ip/prefix.ts';
import { limits } from '../../src/runtime/limits.ts';
import { configOf, problemsOf } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: z } ]\n';
const withLimits = (section: string) => `rate-limit: ${section}\n${zones}`;
const networkWanted = 'a network such as "10.0.0.0/8" or "fd00::/8", without bits past its length';

describe('rate-limit section', () => {
  it('is off when it is left out, and has defaults when it is there', () => {
    expect(configOf(zones).rateLimit).toBeUndefined();
    expect(configOf(withLimits('{}')).rateLimit).toEqual({
      ...{ responses: 20, negatives: 5, errors: 5, all: 200, slip: 2, prefix4: 24, prefix6: 56, allow: [] },
    });
  });

  it('takes what is set', () => {
    const { rateLimit } = configOf(
      withLimits(
        '{ responses: 100000, negatives: 0, errors: 1, slip: 0, prefix-v4: 32, prefix-v6: 128, allow: [ 10.0.0.0/8, "fd00::/8" ] }',
      ),
    );
    expect(rateLimit).toMatchObject({
      ...{ responses: 100_000, negatives: 0, errors: 1, all: 100_000, slip: 0, prefix4: 32, prefix6: 128 },
    });
    expect(rateLimit!.allow.map(formatPrefix)).toEqual(['10.0.0.0/8', 'fd00::/8']);
  });

  it.each([
    ['{ responses: 5 }', 50],
    ['{ responses: 0 }', 0],
    ['{ all: 0 }', 0],
    ['{ all: 7 }', 7],
  ])('bounds a whole network as told, or by ten times the responses: %s', (section, all) => {
    expect(configOf(withLimits(section)).rateLimit?.all).toBe(all);
  });

  it.each([
    [
      '',
      '1:1: `rate-limit`: found nothing, wanted a mapping with keys such as `responses` and `slip`, or `{}` for the defaults [CONFIG_VALUE]',
    ],
    [
      '{ responses: 100001 }',
      '1:26: `responses`: found 100001, wanted a whole number from 0 to 100000 [CONFIG_VALUE]',
    ],
    ['{ errors: -1 }', '1:23: `errors`: found -1, wanted a whole number from 0 to 100000 [CONFIG_VALUE]'],
    ['{ slip: 11 }', '1:21: `slip`: found 11, wanted a whole number from 0 to 10 [CONFIG_VALUE]'],
    ['{ prefix-v4: 0 }', '1:26: `prefix-v4`: found 0, wanted a whole number from 1 to 32 [CONFIG_VALUE]'],
    [
      '{ prefix-v6: 129 }',
      '1:26: `prefix-v6`: found 129, wanted a whole number from 1 to 128 [CONFIG_VALUE]',
    ],
    [
      '{ allow: [ 10.0.0.1/8 ] }',
      `1:24: \`allow[0]\`: found "10.0.0.1/8", wanted ${networkWanted}; did you mean "10.0.0.0/8"? [CONFIG_VALUE]`,
    ],
    [
      '{ allow: [ 10.0.0.0/8, 10.0.0.0/8 ] }',
      '1:36: network `10.0.0.0/8` stands here again; first as number 1 of the list [CONFIG_DUPLICATE]',
    ],
    ['{ respones: 5 }', '1:15: unknown key `respones`; did you mean `responses`? [CONFIG_KEY]'],
  ])('tells of %s', (section, problem) => {
    expect(problemsOf(withLimits(section))).toEqual([problem]);
  });

  it('bounds the list of networks', () => {
    const networks = (count: number) =>
      withLimits(`{ allow: [ ${Array.from({ length: count }, (_, i) => `10.0.${i}.0/24`).join(', ')} ] }`);
    expect(problemsOf(networks(limits.rateLimitNetworks))).toEqual([]);
    expect(problemsOf(networks(limits.rateLimitNetworks + 1))).toHaveLength(1);
  });
});
