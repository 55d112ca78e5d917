import { expect, it } from 'vitest';
import { EarlierAnswers } from '../../src/control/earlier-answers.ts';
import { configOf } from '../config/load-text.ts';
import { FakeClock } from '../scenarios/fake-clock.ts';

const config = (ttl: string, policy = 'a') =>
  configOf(`
regions: { us: { location: [39, -77] } }
pools: { p: { endpoints: [ { name: e, region: us, address: 192.0.2.1 } ] } }
policies: { ${policy}: { type: failover, pool: p, ttl: ${ttl} } }
zones: [{ name: example.com, file: z, steer: { www: ${policy} } }]
`);

it('keeps of each way to steer a name what runs out last, however often configs change', async () => {
  const clock = new FakeClock();
  const earlier = new EarlierAnswers(clock);
  const [long, short, other] = [config('300s'), config('1s'), config('2s', 'b')];
  for (let i = 0; i < 500; i++) for (const each of [long, short, other]) earlier.take(each);
  const { names } = earlier as unknown as { readonly names: ReadonlyMap<string, unknown[]> };
  expect([...names.values()].map(({ length }) => length)).toEqual([2]);
  // `b` is in use: `a` said 300 s, and it itself 2 s.
  expect([earlier.secondsLeft('b'), earlier.secondsLeft('b', 'a'), earlier.secondsLeft('a')]).toEqual([
    300, 2, 0,
  ]);
  await clock.advance(300_000);
  earlier.take(other);
  expect(names.size).toBe(1);
  expect(earlier.secondsLeft('b', 'b')).toBe(0);
});
