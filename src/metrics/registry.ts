import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { eventKinds } from '../config/event-kinds.ts';

/** Bounds of the histograms, seconds. */
const probeBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const failoverBuckets = [0.1, 0.25, 0.5, 1, 2, 3, 4, 5, 7.5, 10, 15, 30, 60, 120];

/** The metrics of the control plane. `docs/operators/monitoring.md` says what each means. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  const metrics = {
    registry,
    probes: new Counter({
      name: 'meridian_probes_total',
      help: 'Probes finished, by result.',
      labelNames: ['pool', 'endpoint', 'result'] as const,
      registers,
    }),
    probeSeconds: new Histogram({
      name: 'meridian_probe_duration_seconds',
      help: 'How long probes took, failed ones too.',
      labelNames: ['pool', 'region'] as const,
      buckets: probeBuckets,
      registers,
    }),
    failoverSeconds: new Histogram({
      name: 'meridian_failover_seconds',
      help: 'Time from the first failed probe of an endpoint to the snapshot without it.',
      labelNames: ['pool'] as const,
      buckets: failoverBuckets,
      registers,
    }),
    healthReports: new Counter({
      name: 'meridian_health_reports_total',
      help: 'Reports of health over the API, by result.',
      labelNames: ['result'] as const,
      registers,
    }),
    generation: new Gauge({
      name: 'meridian_snapshot_generation',
      help: 'Generation of the newest published snapshot.',
      registers,
    }),
    publishes: new Counter({
      name: 'meridian_snapshot_publishes_total',
      help: 'Snapshots built and published, or failed to.',
      labelNames: ['result'] as const,
      registers,
    }),
    reloads: new Counter({
      name: 'meridian_config_reloads_total',
      help: 'Loads of the config after the first, by result.',
      labelNames: ['result'] as const,
      registers,
    }),
    lastReloadOk: new Gauge({
      name: 'meridian_config_last_reload_success',
      help: 'Whether the newest load of the config was taken into use.',
      registers,
    }),
    geoFailures: new Counter({
      name: 'meridian_geo_load_failures_total',
      help: 'Loads of geo databases that failed; the map before them stays in use.',
      registers,
    }),
    timelineEvents: new Counter({
      name: 'meridian_timeline_events_total',
      help: 'Events of the timeline, by kind.',
      labelNames: ['kind'] as const,
      registers,
    }),
    webhookDeliveries: new Counter({
      name: 'meridian_webhook_deliveries_total',
      help: 'Events for webhooks and their tries, by result.',
      labelNames: ['result'] as const,
      registers,
    }),
    workerRestarts: new Counter({
      name: 'meridian_worker_restarts_total',
      help: 'Workers that ended and were started again.',
      labelNames: ['worker'] as const,
      registers,
    }),
    startTime: new Gauge({
      name: 'meridian_process_start_time_seconds',
      help: 'When the process started, seconds since 1970.',
      registers,
    }),
    buildInfo: new Gauge({
      name: 'meridian_build_info',
      help: 'Always 1; the version is in the label.',
      labelNames: ['version'] as const,
      registers,
    }),
    residentBytes: new Gauge({
      name: 'meridian_process_resident_memory_bytes',
      help: 'Resident memory of the process.',
      registers,
      collect() {
        this.set(process.memoryUsage.rss());
      },
    }),
  };
  // A counter that is born at 1 hides its first event from `increase()`.
  for (const result of ['success', 'failure']) {
    metrics.publishes.inc({ result }, 0);
    metrics.reloads.inc({ result }, 0);
  }
  for (const result of ['accepted', 'unauthorized', 'unknown', 'malformed']) {
    metrics.healthReports.inc({ result }, 0);
  }
  for (const kind of eventKinds) metrics.timelineEvents.inc({ kind }, 0);
  for (const result of ['delivered', 'retried', 'refused', 'failed', 'dropped']) {
    metrics.webhookDeliveries.inc({ result }, 0);
  }
  metrics.lastReloadOk.set(1);
  return metrics;
}

export type Metrics = ReturnType<typeof createMetrics>;
