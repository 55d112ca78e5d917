import { describe, expect, it } from 'vitest';
import type { FailoverPolicy } from '../../../src/config/policy-model.ts';
import { configOf, problemsOf } from '../load-text.ts';
import { withPolicies } from '../world.ts';

const written = (value: string) =>
  (
    configOf(withPolicies(`w: { type: failover, pool: p, single-writer: ${value} }`))
      .policies[1] as FailoverPolicy
  ).singleWriter;

describe('single-writer', () => {
  it('is a margin and perhaps a fence', () => {
    expect(written('true')).toEqual({ marginMs: 5_000, fence: undefined });
    expect(written('false')).toBeUndefined();
    expect(written('{ margin: 1m, fence: { url: "http://192.0.2.1/fence", give-up: 5m } }')).toEqual({
      marginMs: 60_000,
      fence: { hook: { url: 'http://192.0.2.1/fence' }, timeoutMs: 10_000, giveUpMs: 300_000 },
    });
  });

  it.each([
    [
      '{ type: nearest, pool: p, single-writer: true }',
      '9:32: key `single-writer` is for type failover only [CONFIG_KEY]',
    ],
    [
      '{ type: failover, pool: p, single-writer: true, fallback: q }',
      '9:54: a fallback would be a second writer beside `single-writer`; put it into `order` [CONFIG_KEY]',
    ],
    [
      '{ type: failover, order: [ q, "policy:both" ], single-writer: true }',
      '9:36: `single-writer` needs endpoints, regions or pools in `order`, and policy `both` may answer with several [CONFIG_REFERENCE]',
    ],
    [
      '{ type: failover, pool: p, single-writer: { fence: { command: [ /bin/true ] } } }',
      '9:68: a command needs `node: { allow-exec: true }` [CONFIG_VALUE]',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(withPolicies(`w: ${line}`))).toEqual([problem]);
  });
});
