import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { registerQueryLog } from '../../src/metrics/query-log.ts';

it('says whether the query log can be written, and nothing of a log that there is not', async () => {
  const registry = new Registry();
  let state: { to: string; up: boolean } | undefined;
  registerQueryLog(registry, { written: () => 0, dropped: () => 0, state: () => state });
  const series = async () =>
    (await registry.metrics()).split('\n').filter((line) => line.startsWith('meridian_query_log_up'));
  expect(await series()).toEqual([]);
  state = { to: '/var/log/q', up: true };
  expect(await series()).toEqual(['meridian_query_log_up{to="/var/log/q"} 1']);
  state = { to: 'unix:/run/s', up: false };
  expect(await series()).toEqual(['meridian_query_log_up{to="unix:/run/s"} 0']);
});
