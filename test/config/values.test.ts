import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/config/nearest-name.ts';
import { parseStatus } from '../../src/config/status-ranges.ts';
import { duration, isHostName, parseSocketAddress } from '../../src/config/values.ts';
import { showName, showNames, showValue } from '../../src/config/wording.ts';
import { formatAddress } from '../../src/ip/address.ts';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['0s', 0],
    ['007s', 7_000],
  ])('%s is %i ms', (text, ms) => {
    expect(duration('0s', '2h').parse(text)).toBe(ms);
  });
});

describe('parseSocketAddress', () => {
  it.each([
    ['127.0.0.1:53', '127.0.0.1 53'],
    ['[::1]:0', '::1 0'],
    ['[2001:DB8::1]:65535', '2001:db8::1 65535'],
    ['::1:53', undefined],
    ['[::1]', undefined],
    ['127.0.0.1', undefined],
    ['[127.0.0.1]:53', undefined],
    ['127.0.0.1:65536', undefined],
    ['127.0.0.1:-1', undefined],
    ['127.0.0.1:53 ', undefined],
    [':53', undefined],
    ['*:53', undefined],
  ])('%s', (text, shown) => {
    const socket = parseSocketAddress(text);
    expect(socket && `${formatAddress(socket.address)} ${socket.port}`).toBe(shown);
  });
});

describe('parseStatus', () => {
  it.each([
    [200, [[200, 200]]],
    [
      '200-299,304',
      [
        [200, 299],
        [304, 304],
      ],
    ],
    [
      ' 200 - 299 , 304 ',
      [
        [200, 299],
        [304, 304],
      ],
    ],
    [
      [200, '300-302,401'],
      [
        [200, 200],
        [300, 302],
        [401, 401],
      ],
    ],
    ['100-599', [[100, 599]]],
    ['', undefined],
    ['2xx', undefined],
    ['299-200', undefined],
    [99, undefined],
    [600, undefined],
    [200.5, undefined],
    [[], undefined],
  ])('%j', (input, ranges) => {
    expect(parseStatus(input)).toEqual(ranges);
  });
});

describe('isHostName', () => {
  it.each([
    ['example.com', true],
    ['a', true],
    ['_x.example', true],
    ['192.0.2.1', true],
    ['2001:db8::1', true],
    ['example.com:80', false],
    ['example..com', false],
    ['-a.example', false],
    ['a b', false],
    ['', false],
    ['a'.repeat(64), false],
    [`${'a'.repeat(63)}.`.repeat(4), false],
  ])('%s: %s', (text, expected) => {
    expect(isHostName(text)).toBe(expected);
  });
});

describe('nearestName', () => {
  it.each([
    ['up_tresh', ['down-thresh', 'up-thresh'], 'up-thresh'],
    ['allDown', ['all-down', 'answers'], 'all-down'],
    ['tiemout', ['interval', 'timeout'], 'timeout'],
    ['WEB', ['wed', 'web'], 'web'],
    ['ap', ['app'], 'app'],
    ['a', ['b'], undefined],
    ['A', ['b', 'a'], 'a'],
    ['mars', ['us-east', 'eu-west'], undefined],
    ['x'.repeat(65), ['x'.repeat(64)], undefined],
    ['', ['a'], undefined],
  ])('%s among %j is %s', (word, candidates, nearest) => {
    expect(nearestName(word, candidates)).toBe(nearest);
  });
});

describe('wording', () => {
  it('is short and on one line', () => {
    expect(showValue('x'.repeat(100))).toBe(`"${'x'.repeat(59)}…"`);
    expect(showValue('a\nb\u202e')).toBe('"a\\nb\\u{202e}"');
    expect(showName('a\u001b[0m')).toBe('`a\\u{1b}[0m`');
    expect(showNames(Array.from({ length: 20 }, (_, i) => `n${i}`))).toMatch(/^n0, .*, n15, …$/);
  });

  it.each([
    [null, 'nothing'],
    [10, '10'],
    ['10', '"10"'],
    [true, 'true'],
    [[], 'an empty list'],
    [[1, 2], 'a list of 2'],
    [{}, 'a mapping'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('shows %j as %s', (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });
});
