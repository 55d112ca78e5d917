import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Explained } from './explained.ts';

let explained: Explained;
beforeAll(() => {
  const endpoint = (name: string, last: number) => ({
    ...{ name, region: name === 'va' ? 'us-east' : 'us-west' },
    address: `192.0.2.${last}`,
  });
  explained = new Explained({
    pools: { app: { endpoints: [endpoint('va', 1)] }, standby: { endpoints: [endpoint('or', 2)] } },
    policies: {
      office: {
        type: 'schedule',
        'time-zone': 'Europe/Berlin',
        windows: [{ days: 'mon-fri', from: '08:00', to: '18:00', use: 'app' }],
        default: 'standby',
      },
      tiers: { type: 'failover', order: ['app', 'standby'] },
    },
    overrides: [
      { pool: 'app', region: 'us-east', action: 'down', reason: 'move', until: '2026-12-02T00:00:00Z' },
    ],
    zones: [{ name: 'example.com', file: 'example.zone', steer: { office: 'office', tiers: 'tiers' } }],
  });
});
afterAll(() => explained.site.close());

/** The addresses that are answered at a moment. */
function answered(name: string, at?: string, without?: string): string[] {
  const nowMs = Date.parse('2026-11-30T12:00:00Z');
  const asked = { nowMs, ...(at && { at }), ...(without && { without }) };
  const told = explained.explain(`${name}.example.com`, 'A', '192.0.2.200', asked);
  expect(told.at).toBe(at && new Date(at).toISOString());
  return told.answer.records.map((record) => record.split(' ')[3]!);
}

describe('explain at another moment', () => {
  it.each([
    ['2026-12-04T10:00:00Z', ['192.0.2.1']],
    ['2026-12-04T18:00:00+01:00', ['192.0.2.2']],
    ['2026-12-06T10:00:00Z', ['192.0.2.2']],
  ])('takes the window that holds at %s', (at, addresses) => {
    expect(answered('office', at)).toEqual(addresses);
  });

  it('takes overrides that hold then', () => {
    expect(answered('tiers', '2026-12-01T10:00:00Z')).toEqual(['192.0.2.2']);
    expect(answered('tiers', '2026-12-02T00:00:00Z')).toEqual(['192.0.2.1']);
    expect(answered('tiers', '2026-12-03T00:00:00Z', 'us-east')).toEqual(['192.0.2.2']);
  });

  it('says what is no moment', () => {
    const told = explained.tryExplain('tiers.example.com', 'A', '192.0.2.200', { at: 'noon' });
    expect(told).toBe('`at`: "noon" is no time like 2026-12-01T10:00:00Z');
  });
});
