import { MessageChannel } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { counterBytes } from '../../src/query/counters.ts';
import { AnswerKind, RateLimiter } from '../../src/query/rate-limit.ts';
import { QuerySource } from '../../src/query/source.ts';
import { ControlBlock } from '../../src/server/control-block.ts';
import { openShell } from '../../src/server/worker-shell.ts';
import { plainSettings, type RateLimits } from '../../src/snapshot/settings.ts';
import { emptySnapshot } from './clients.ts';

const limits: RateLimits = { perSecond: [1, 1, 1, 0], slip: 2, prefix4: 24, prefix6: 56, allow: [] };

it('gives the rate limiter the secret that is its own, before the first snapshot makes one', () => {
  const { port1, port2 } = new MessageChannel();
  const { context } = openShell(port1, {
    ...{
      worker: 0,
      control: ControlBlock.forWorkers(1).buffer,
      counters: new SharedArrayBuffer(counterBytes),
    },
    snapshot: { ...emptySnapshot(1), settings: { ...plainSettings, version: 1, rateLimits: limits } },
    ...{ seed: 1, limiterSecret: [0x12345678, 0x9abcdef0], portable: true, proxies: [] },
    ...{ stream: undefined, sockets: [] },
  });
  const verdicts = (limiter: RateLimiter) =>
    Array.from({ length: 64 }, () => limiter.take(new QuerySource(), AnswerKind.ERROR, 0, 0));
  const told = verdicts(context.limiter!);
  expect(told).toEqual(verdicts(new RateLimiter(limits, [0x12345678, 0x9abcdef0])));
  expect(told).not.toEqual(verdicts(new RateLimiter(limits, [1, 1])));
  port1.close();
  port2.close();
});
