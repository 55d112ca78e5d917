import { afterAll, describe, expect, it } from 'vitest';
import { Serving } from '../../src/steering/nodes.ts';
import { Explained, type Health } from './explained.ts';

const explained = new Explained({
  pools: {
    app: {
      endpoints: [
        { name: 'ie', region: 'eu-west', address: '192.0.2.1' },
        { name: 'de', region: 'eu-central', address: '192.0.2.2' },
        { name: 'va', region: 'us-east', address: '192.0.2.3' },
      ],
    },
  },
  policies: { app: { type: 'failover', pool: 'app', order: ['eu-west', 'eu-central'], ttl: '5s' } },
});
afterAll(() => explained.site.close());

const outside = 'not in the order of the policy';
const behind = (pool: number, endpoint: number) =>
  pool === 0 && endpoint === 1 ? 'behind by 25 s, more than 10 s' : undefined;

function tell(tier: number | undefined, serving: Serving, failover: string, health: Health = {}) {
  const told = explained.explain('app.example.com', 'A', '81.2.69.1', {
    ...health,
    conditions: () => ({ held: () => ({ tier, serving, ttlSeconds: 5 }) }),
    words: { failover: () => failover, lag: behind },
  });
  const endpoints = told.regions.flatMap((region) => region.endpoints);
  return { why: told.policy?.why, of: Object.fromEntries(endpoints.map((each) => [each.name, each.why])) };
}

describe('explain, of a failover of which one tier alone may serve', () => {
  it('names the one in service, and why the other waits', () => {
    expect(tell(0, Serving.PLAIN, 'in service')).toEqual({
      why: 'tier 1, eu-west, in service',
      of: { ie: 'in tier 1, the one in service', de: 'behind by 25 s, more than 10 s', va: outside },
    });
    expect(tell(1, Serving.PLAIN, 'in service')).toEqual({
      why: 'tier 2, eu-central, in service',
      of: { ie: 'another is in service', de: 'in tier 2, the one in service', va: outside },
    });
  });

  it('says how a move stands, and what holds whom back, while nobody is answered', () => {
    expect(tell(undefined, Serving.BETWEEN_WRITERS, 'moves to eu-central: waits for the fence')).toEqual({
      why: 'the name moves from one writer to another: no records in between (moves to eu-central: waits for the fence)',
      of: {
        ie: 'moves to eu-central: waits for the fence',
        de: 'behind by 25 s, more than 10 s',
        va: outside,
      },
    });
    const told = tell(undefined, Serving.BEHIND, 'those that are up are behind', { states: { ie: 'down' } });
    expect(told.of).toEqual({ ie: 'connection refused', de: 'behind by 25 s, more than 10 s', va: outside });
  });
});
