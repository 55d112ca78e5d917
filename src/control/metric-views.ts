import type { HealthChecker } from '../health/checker.ts';
import { registerCertificates } from '../metrics/certificates.ts';
import { registerGeoAge } from '../metrics/geo-age.ts';
import { registerHealthGauges } from '../metrics/health-gauges.ts';
import { registerQueryLog } from '../metrics/query-log.ts';
import type { Metrics } from '../metrics/registry.ts';
import { registerSuccession } from '../metrics/succession.ts';
import { registerWorkerCounters } from '../metrics/worker-counters.ts';
import type { Clock } from '../runtime/clock.ts';
import { version } from '../runtime/version.ts';
import type { Controller } from './controller.ts';
import type { CounterBank } from './counter-bank.ts';
import { formatSocket } from './data-plane.ts';
import type { QueryLog } from './query-log.ts';

/** Puts on the metrics page what is read where it lives, at each scrape. */
export function registerViews(
  { registry, buildInfo, startTime }: Metrics,
  controller: Controller,
  health: HealthChecker,
  counters: CounterBank,
  queryLog: QueryLog,
  clock: Clock,
): void {
  registerWorkerCounters(registry, {
    counts: () => counters.counts(),
    tallies: () => counters.tallies(),
    answers: () => controller.slots.labels,
  });
  registerHealthGauges(registry, {
    config: () => controller.loaded?.config,
    state: (pool, endpoint) => health.stateOf(pool, endpoint).state,
    regionState: (region) => health.stateOfRegion(region)?.state,
    inMaintenance: (pool, endpoint) => controller.conditions.inMaintenance(pool, endpoint),
    frozen: (pool) => controller.inForce?.frozen(pool) ?? false,
    isolated: () => health.self().kind === 'isolated',
    certificateExpiresAtMs: (pool, endpoint) => health.stateOf(pool, endpoint).certificate?.expiresAtMs,
  });
  const { succession } = controller.conditions;
  registerSuccession(registry, {
    config: () => controller.loaded?.config,
    lagOf: (pool, endpoint) => succession.lagOf(pool, endpoint),
    sourceRegions: (pool) => succession.sourceRegions(pool),
    failovers: () =>
      succession
        .reports()
        .map(({ policy, answered, writer }) => ({ policy, answered, epoch: writer?.epoch })),
  });
  registerQueryLog(registry, queryLog);
  registerGeoAge(registry, {
    databases: () => controller.loaded?.geo.databases ?? [],
    nowSeconds: () => clock.now() / 1000,
  });
  registerCertificates(registry, () =>
    (controller.loaded?.config.listen.tls ?? []).map(({ socket, expiresAtMs }) => ({
      listener: formatSocket(socket),
      expiresAtMs,
    })),
  );
  buildInfo.set({ version }, 1);
  startTime.set(Math.round((clock.now() - clock.monotonicMs()) / 1000));
}
