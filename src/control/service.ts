import type { Config, SocketAddress } from '../config/model.ts';
import { createHealthChecker, type HealthChecker } from '../health/checker.ts';
import { HealthMemory } from '../health/memory.ts';
import { createProbes } from '../health/probes/network.ts';
import { Reports } from '../health/reports.ts';
import { createMetrics, type Metrics } from '../metrics/registry.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { formatProblem } from '../runtime/problem.ts';
import type { Random } from '../runtime/random.ts';
import { version } from '../runtime/version.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { Chronicle } from './chronicle.ts';
import { Controller } from './controller.ts';
import { DataPlane, formatSocket } from './data-plane.ts';
import { explain } from './explain.ts';
import { FileWatch } from './file-watch.ts';
import { isolationText } from './health-log.ts';
import { addReportRoute } from './health-reports.ts';
import { createRoutes, type HttpServer, type HttpSource, startHttp } from './http.ts';
import type { Loaded, LoadOutcome } from './load.ts';
import { runLoad } from './loader.ts';
import { registerViews } from './metric-views.ts';
import { QueryLog } from './query-log.ts';
import { describeStatus, type Status } from './status.ts';
import { SteeringMemory } from './steering-memory.ts';
import { addTimelineRoute } from './timeline/timeline-route.ts';
import { openWriterStore } from './writer-store.ts';

export interface ServiceOptions {
  readonly configPath: string;
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** A running Meridian. */
export interface Service {
  readonly config: Config;
  /** Port of each DNS address, each TLS address and of HTTP, as the kernel gave them. */
  readonly ports: {
    readonly dns: readonly number[];
    readonly tls: readonly number[];
    readonly http: number | undefined;
  };
  status(): Status;
  reload(reason: string): Promise<boolean>;
  /** Answers what has arrived, saves what is known, closes everything: within 2 s, and 1.3 s more for a query log that is stuck. */
  stop(): Promise<void>;
}

/** The config cannot be taken; `outcome` says why. */
export class LoadRefused extends Error {
  readonly outcome: LoadOutcome;

  constructor(outcome: LoadOutcome) {
    super('the config has problems');
    this.name = 'LoadRefused';
    this.outcome = outcome;
  }
}

/**
 * Starts everything, in this order: load, first round of probes, sockets, HTTP, watch on files. Rejects with
 * LoadRefused or OperatorError, leaving nothing open.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
  const service = new RunningService(options);
  try {
    await service.start();
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

class RunningService implements Service {
  private readonly options: ServiceOptions;
  private readonly metrics: Metrics = createMetrics();
  private readonly health: HealthChecker;
  /** The config of the start, until it is in use: what reports health may do so before. */
  private first: Config | undefined;
  private readonly controller: Controller;
  private readonly files: FileWatch;
  private memory: HealthMemory | undefined;
  private steeringMemory: SteeringMemory | undefined;
  private readonly chronicle: Chronicle;
  private readonly dataPlane: DataPlane;
  private readonly queryLog: QueryLog;
  private http: HttpServer | undefined;
  private stopped: Promise<void> | undefined;

  constructor(options: ServiceOptions) {
    this.options = options;
    const { metrics } = this;
    this.dataPlane = new DataPlane(options.clock, options.log, (worker, restarts) =>
      metrics.workerRestarts.inc({ worker }, restarts),
    );
    this.queryLog = new QueryLog(this.dataPlane.logRings, options.clock, options.log, (restarts) =>
      metrics.workerRestarts.inc({ worker: 'query-log' }, restarts),
    );
    this.chronicle = new Chronicle({ ...options, metrics });
    const reports = new Reports(options.clock);
    this.health = createHealthChecker({
      ...options,
      reports,
      probes: createProbes(reports),
      onChange: (change) => {
        this.memory?.changed();
        this.controller.healthChanged(change);
      },
      onDoubt: () => this.controller.doubtChanged(),
      onOwnFault: ({ reason, place, probes }) => {
        const others = probes > 1 ? `, and for ${probes - 1} probes more` : '';
        options.log.error({ probes, place }, `${place}${others}: ${reason}; its state stays what it was`);
      },
      onSelf: (state) => this.controller.selfChanged(state),
      onProbe: (report) => {
        const { pool, endpoint, region, code, durationMs } = report;
        this.chronicle.narrator.probed(report);
        metrics.probes.inc({ pool, endpoint, result: code });
        metrics.probeSeconds.observe({ pool, region }, durationMs / 1000);
      },
      onCertificate: ({ pool, endpoint, text }) =>
        options.log.warn({ pool, endpoint }, `${pool}/${endpoint}: ${text}`),
    });
    this.controller = new Controller({
      ...options,
      metrics,
      health: this.health,
      narrator: this.chronicle.narrator,
      load: runLoad,
      prepare: (next, snapshot) => this.prepare(next, snapshot),
      publish: (snapshot) => {
        this.queryLog.nameGeneration(snapshot.generation, this.config);
        this.dataPlane.publish(snapshot);
        this.steeringMemory?.changed();
      },
      oldestInUse: () => Math.min(...this.dataPlane.status().map(({ generation }) => generation)),
      watch: (files, inUse) => (inUse ? this.files.set(files) : this.files.add(files)),
    });
    this.files = new FileWatch(options.clock, () => void this.reload('a file changed'));
  }

  get config(): Config {
    return this.controller.loaded!.config;
  }

  get ports(): Service['ports'] {
    return { dns: this.dataPlane.ports, tls: this.dataPlane.tlsPorts, http: this.http?.port };
  }

  async start(): Promise<void> {
    const { configPath, stateDirectory, clock, log } = this.options;
    const outcome = await runLoad({ configPath, stateDirectory, previousGeo: undefined });
    const { loaded, problems } = outcome;
    if (loaded === undefined) throw new LoadRefused(outcome);
    for (const problem of problems) log.warn(formatProblem(problem));
    registerViews(this.metrics, this.controller, this.health, this.dataPlane.counters, this.queryLog, clock);
    this.first = loaded.config;
    const { http } = loaded.config.listen;
    if (http !== undefined) this.http = await this.openHttp(http);
    const { directory } = loaded.config.state;
    this.memory = new HealthMemory({ directory, clock, warn: (message) => log.warn(message) });
    await this.chronicle.open(loaded.config);
    await this.health.start(loaded.config, await this.memory.load());
    this.memory.keep(() => this.health.remember());
    this.controller.conditions.succession.open(
      await openWriterStore(directory, (message) => log.warn(message)),
    );
    const steeringMemory = await this.restoreSteering(loaded.config);
    await this.controller.begin(loaded, outcome.files);
    steeringMemory.keep(() => this.controller.conditions.remember());
    const { dns, tls } = loaded.config.listen;
    log.info(
      {
        version,
        dns: dns.map(formatSocket),
        tls: tls.map(({ socket }) => formatSocket(socket)),
        path: this.dataPlane.path,
      },
      'serving',
    );
  }

  status(): Status {
    const { loaded, snapshot, conditions, inForce } = this.controller;
    const workers = this.dataPlane.status();
    return describeStatus(
      loaded!,
      snapshot!.generation,
      workers,
      this.health,
      inForce!,
      conditions.succession,
      this.options.clock.now(),
    );
  }

  reload(reason: string): Promise<boolean> {
    this.queryLog.reopen();
    return this.stopped === undefined ? this.controller.reload(reason) : Promise.resolve(false);
  }

  stop(): Promise<void> {
    this.stopped ??= this.stopAll();
    return this.stopped;
  }

  private async stopAll(): Promise<void> {
    this.health.stop();
    await this.controller.stop();
    this.files.stop();
    await Promise.all([
      this.dataPlane.stop().then(() => this.queryLog.stop()),
      ...[this.memory?.stop(), this.steeringMemory?.stop(), this.chronicle.stop()],
    ]);
    // Last, so that /readyz says that the node is stopping for as long as it is.
    await this.http?.stop();
  }

  private async restoreSteering(config: Config): Promise<SteeringMemory> {
    const { clock, log } = this.options;
    const { directory } = config.state;
    this.steeringMemory = new SteeringMemory({ directory, clock, warn: (message) => log.warn(message) });
    const remembered = await this.steeringMemory.load();
    if (remembered !== undefined) this.controller.conditions.restore(config, remembered);
    return this.steeringMemory;
  }

  /** Opens what the next config asks for; on failure what is open stays. */
  private async prepare(next: Loaded, snapshot: SnapshotBuffers): Promise<void> {
    const inUse = this.controller.loaded?.config;
    const now = inUse?.listen;
    const { listen } = next.config;
    this.queryLog.nameGeneration(snapshot.generation, inUse ?? next.config);
    if (now === undefined || sameSocket(now.http, listen.http)) {
      await this.dataPlane.listen(listen, snapshot);
    } else {
      const http = listen.http && (await this.openHttp(listen.http));
      try {
        await this.dataPlane.listen(listen, snapshot);
      } catch (error) {
        await http?.stop();
        throw error;
      }
      const before = this.http;
      this.http = http;
      await before?.stop();
    }
    this.queryLog.take(next.config);
    this.chronicle.take(next.config);
  }

  private openHttp(address: SocketAddress): Promise<HttpServer> {
    const source: HttpSource = {
      metricsPage: () => this.metrics.registry.metrics(),
      notReady: () => this.notReady(),
      status: () => (this.controller.snapshot === undefined ? undefined : this.status()),
      explain: (request) => {
        const { explainWorld } = this.controller;
        return explainWorld && explain(request, explainWorld);
      },
    };
    const { log } = this.options;
    const app = createRoutes(source, log);
    addReportRoute(app, {
      tokens: () => (this.controller.loaded?.config ?? this.first)?.pushTokens ?? [],
      take: (pool, endpoint, report) => this.health.report(pool, endpoint, report),
      count: (result) => this.metrics.healthReports.inc({ result }),
    });
    addTimelineRoute(app, this.chronicle.timeline);
    return startHttp(app, address, log);
  }

  private notReady(): string | undefined {
    if (this.stopped !== undefined) return 'stopping';
    if (this.controller.snapshot === undefined) return 'the first round of probes is under way';
    const self = this.health.self();
    if (self.kind === 'isolated') return isolationText(self);
    const workers = this.dataPlane.status();
    return workers.length > 0 && workers.every(({ alive }) => alive) ? undefined : 'a worker is down';
  }
}

function sameSocket(a: SocketAddress | undefined, b: SocketAddress | undefined): boolean {
  return (a && formatSocket(a)) === (b && formatSocket(b));
}
