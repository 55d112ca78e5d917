import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/model.ts';
import { wireName } from '../zone/load.ts';
import { everyPolicy } from './every-policy.ts';
import { Explained } from './explained.ts';

let explained: Explained;
beforeAll(() => {
  explained = everyPolicy();
});
afterAll(() => explained.site.close());

/** The same, with names that are steered for other records too; `hosts`: and with endpoints that have host names. */
function withRecords(hosts: boolean): Explained {
  const { config } = explained.loaded;
  const service = { alpn: ['h2'], port: undefined, answers: 4 };
  const changed: Config = {
    ...config,
    steerings: config.steerings.map((steering) => ({
      ...{ ...steering, https: service, svcb: undefined },
      ...{ srv: { port: 443, answers: 2 }, mx: { answers: 3 } },
    })),
    pools: config.pools.map((pool) => ({
      ...pool,
      endpoints: pool.endpoints.map((each) => ({
        ...each,
        host: hosts ? wireName(`${each.name}.example.net.`) : undefined,
      })),
    })),
  };
  return Object.assign(Object.create(Explained.prototype) as Explained, {
    loaded: { ...explained.loaded, config: changed },
  });
}

describe('an explanation of other records', () => {
  it.each(['HTTPS', 'SRV', 'MX'])('tells which hosts stand in %s', (type) => {
    const told = withRecords(true).explain('near.example.com', type, '81.2.69.142', {
      states: { ie: 'down' },
    });
    expect(told.answer.records[0]).toContain('de.example.net.');
    expect(told.policy?.why).toContain('before it eu-west (ie: connection refused)');
    expect(told.steps?.options.map(({ outcome }) => outcome)[1]).toBe('taken');
  });

  it('tells the addresses that HTTPS hints at', () => {
    const told = withRecords(false).explain('near.example.com', 'HTTPS', '81.2.69.142');
    expect(told.answer.records[0]).toContain('192.0.2.2');
    expect(told.answer.rcode).toBe('NOERROR');
    expect(told.steps).toBeDefined();
  });
});
