import type { Policy } from '../config/policy-model.ts';
import type { HealthChecker } from '../health/checker.ts';
import type { SelfState } from '../health/self-state.ts';
import type { HealthChange } from '../health/table.ts';
import type { Metrics } from '../metrics/registry.ts';
import type { Clock, Timer } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import { formatProblem } from '../runtime/problem.ts';
import type { Random } from '../runtime/random.ts';
import type { SnapshotBuffers } from '../snapshot/buffers.ts';
import { buildRotation } from '../snapshot/compile/rotation-builder.ts';
import { AnswerSlots } from './answer-slots.ts';
import { conditionWords } from './condition-words.ts';
import type { ExplainWorld } from './explain.ts';
import type { SeenFile } from './file-signature.ts';
import { isolationText, tellChange, tellSelf, tellWhenAllDown } from './health-log.ts';
import { LiveConditions, sharesDiffer } from './live-conditions.ts';
import type { Loaded, LoadOutcome, LoadRequest } from './load.ts';
import { SettingsMaker } from './settings.ts';
import { successionText } from './succession-words.ts';
import type { Narrator } from './timeline/narrator.ts';
import type { Surroundings } from './timeline/standings.ts';

/** Changes of health that come together are published together. */
const COALESCE_MS = 10;
/** A publication that failed, for lack of memory most likely, is tried again. */
const RETRY_MS = 1_000;
/** After a publication this thread has twice the time for all else, up to this: changes may come without an end. */
const REST_MAX_MS = 1_000;

export interface ControllerParts {
  readonly configPath: string;
  readonly stateDirectory: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: HealthChecker;
  readonly narrator: Narrator;
  readonly load: (request: LoadRequest, ended: AbortSignal) => Promise<LoadOutcome>;
  /**
   * Opens the sockets that the next config asks for; new ones serve `now` until the next snapshot is published.
   * Rejects: the load is refused, and all sockets are as they were.
   */
  readonly prepare: (next: Loaded, now: SnapshotBuffers) => Promise<void>;
  readonly publish: (snapshot: SnapshotBuffers) => void;
  /** The oldest generation that a worker still answers from. */
  readonly oldestInUse: () => number;
  /** Watches the files of a load: of one in use these alone, of a refused one these beside those before. */
  readonly watch: (files: readonly SeenFile[], inUse: boolean) => void;
}

type GrownConditions = ReturnType<LiveConditions['compose']>;

/**
 * Turns changes into snapshots: config, zones and geo data through a load, health through a new rotation. One load
 * runs at a time; a load that fails, or whose sockets cannot be opened, changes nothing.
 */
export class Controller {
  readonly slots = new AnswerSlots();
  private readonly parts: ControllerParts;
  readonly conditions: LiveConditions;
  private readonly settings: SettingsMaker;
  private inUse: Loaded | undefined;
  private newest: SnapshotBuffers | undefined;
  /** The conditions of the newest snapshot. */
  private grownUnder: GrownConditions | undefined;
  private generation = 0;
  private timer: Timer | undefined;
  /** What waits for the timer is a change, not only a reading that may have made one. */
  private isChanged = false;
  private restUntilMs = 0;
  private pendingFailures: HealthChange[] = [];
  private loading: Promise<boolean> | undefined;
  private loadAgain = false;
  /** The image before the one in use, and the generation from which nobody reads it. */
  private retired: { readonly image: SharedArrayBuffer; readonly since: number } | undefined;
  private readonly end = new AbortController();

  constructor(parts: ControllerParts) {
    this.parts = parts;
    this.settings = new SettingsMaker(parts.clock, () => this.republish());
    this.conditions = new LiveConditions({
      ...parts,
      onChange: () => this.republishSoon(),
      onLoad: () => this.wake(),
    });
  }

  get loaded(): Loaded | undefined {
    return this.inUse;
  }

  /** The newest published snapshot. */
  get snapshot(): SnapshotBuffers | undefined {
    return this.newest;
  }

  /** The conditions of the newest snapshot. */
  get inForce(): GrownConditions | undefined {
    return this.grownUnder;
  }

  /** What answers are made from, for explanations; undefined before the first snapshot. */
  get explainWorld(): ExplainWorld | undefined {
    const { inUse: loaded, newest: snapshot, grownUnder: conditions } = this;
    if (loaded === undefined || snapshot === undefined || conditions === undefined) return undefined;
    const { clock, health } = this.parts;
    const nowMs = clock.now();
    return {
      ...{ loaded, snapshot, conditions, nowMs },
      wordsOf: (each) => conditionWords(loaded.config, each, health, this.conditions.succession),
      health: (pool, endpoint) => health.stateOf(pool, endpoint),
      conditionsAt: (atMs) => this.conditions.at(atMs),
    };
  }

  /** Takes the first load into use; health has had its first round. */
  async begin(loaded: Loaded, files: readonly SeenFile[]): Promise<void> {
    await this.take(loaded);
    this.parts.watch(files, true);
  }

  /** Loads everything anew; true when it is in use. A call during a load asks for one more behind it. */
  reload(reason: string): Promise<boolean> {
    if (this.loading !== undefined) {
      this.loadAgain = true;
      return this.loading;
    }
    this.loading = this.loadUntilSettled(reason).finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  /** To be called at each change of an endpoint's state: publishes within COALESCE_MS. */
  healthChanged(change: HealthChange): void {
    const { log, clock, health, narrator } = this.parts;
    const config = this.inUse?.config;
    const isFailover = tellChange(log, change, config, clock.now());
    if (isFailover) this.pendingFailures.push(change);
    narrator.healthChanged(change);
    if (config === undefined) return;
    if (isFailover) tellWhenAllDown(log, change.pool, config, (p, e) => health.stateOf(p, e).state);
    this.republishSoon();
  }

  /** To be called when this node takes itself for cut off, or does so no more. */
  selfChanged(state: SelfState): void {
    tellSelf(this.parts.log, state);
    this.republishSoon();
  }

  /** To be called when an endpoint's results speak against its state, or do so no more: TTLs may go by that. */
  doubtChanged(): void {
    const goByIt = ({ ttl }: Policy): boolean => ttl.minSeconds < ttl.maxSeconds;
    if (this.inUse?.config.policies.some(goByIt)) this.republishSoon();
  }

  private republishSoon(): void {
    this.isChanged = true;
    this.wake();
  }

  private wake(): void {
    if (this.inUse === undefined) return;
    const { clock } = this.parts;
    const delayMs = Math.max(COALESCE_MS, this.restUntilMs - clock.monotonicMs());
    this.timer ??= clock.setTimer(() => this.publishChanges(), delayMs);
  }

  private publishChanges(): void {
    this.timer = undefined;
    if (this.isChanged || this.loadsTell()) this.republish();
  }

  /** Most readings of loads change nothing; what was composed has the moment from which the new ones are too old. */
  private loadsTell(): boolean {
    const { grownUnder } = this;
    return (
      this.inUse !== undefined &&
      (grownUnder === undefined || sharesDiffer(this.inUse.config, grownUnder, this.conditions.look()))
    );
  }

  /** Ends a load that is under way and waits until it has let go; nothing is published from then on. */
  async stop(): Promise<void> {
    this.end.abort();
    this.timer?.cancel();
    this.settings.stop();
    this.conditions.stop();
    await this.loading;
  }

  private async loadUntilSettled(reason: string): Promise<boolean> {
    let taken: boolean;
    do {
      this.loadAgain = false;
      taken = await this.loadOnce(reason);
    } while (this.loadAgain && !this.end.signal.aborted);
    return taken;
  }

  private async loadOnce(reason: string): Promise<boolean> {
    const { log, metrics, configPath, stateDirectory } = this.parts;
    log.info({ reason }, 'loading the config');
    let taken = false;
    let fault: string | undefined;
    let files: readonly SeenFile[] = [];
    try {
      const request = {
        configPath,
        stateDirectory,
        previousGeo: this.inUse?.geo,
        pairsInUse: this.inUse?.config.listen.tls ?? [],
        spareImage: this.spareImage(),
      };
      const outcome = await this.parts.load(request, this.end.signal);
      files = outcome.files;
      logProblems(log, outcome);
      if (outcome.geoFailed) metrics.geoFailures.inc();
      if (outcome.loaded !== undefined) {
        await this.take(outcome.loaded);
        taken = true;
      } else fault = firstError(outcome);
    } catch (error) {
      if (this.end.signal.aborted) return false;
      log.error({ err: error }, 'the load failed');
      fault = error instanceof Error ? error.message : String(error);
    }
    this.parts.watch(files, taken);
    metrics.reloads.inc({ result: taken ? 'success' : 'failure' });
    metrics.lastReloadOk.set(taken ? 1 : 0);
    this.parts.narrator.loaded(reason, fault);
    log[taken ? 'info' : 'error'](
      { reason, generation: this.generation },
      taken ? 'the new config is in use' : 'the config was not taken; everything stays as it was',
    );
    return taken;
  }

  /** Takes a load into use, or leaves all as it was and throws. */
  private async take(loaded: Loaded): Promise<void> {
    const { health, metrics, prepare } = this.parts;
    const before = this.inUse;
    // Until the sockets are there everything goes on with the old config: a health change may come meanwhile.
    await this.conditions.hosts.add(loaded.config);
    if (before === undefined) this.conditions.take(loaded.config);
    await prepare(loaded, this.newest ?? this.compose(loaded));
    this.end.signal.throwIfAborted();
    // No wait from here on: states are looked up by the indexes of the config in use, so both change at once.
    if (before !== undefined) health.update(loaded.config);
    this.inUse = loaded;
    this.conditions.take(loaded.config);
    // Born at 0: `increase()` would miss the first failover of a pool otherwise.
    const known = new Set(before?.config.pools.map(({ name }) => name));
    for (const { name, monitor } of loaded.config.pools)
      if (monitor && !known.has(name)) metrics.failoverSeconds.zero({ pool: name });
    this.republish();
    const { newest } = this;
    const isPublished = before !== undefined && newest?.image === loaded.image;
    this.retired = isPublished ? { image: before.image, since: newest.generation } : undefined;
  }

  /**
   * Images are reused in turns: shared memory goes back only when every thread has collected its garbage, which a
   * thread that answers queries and allocates nothing may not do for hours.
   */
  private spareImage(): SharedArrayBuffer | undefined {
    if (this.retired === undefined || this.parts.oldestInUse() < this.retired.since) return undefined;
    const { image } = this.retired;
    this.retired = undefined;
    return image;
  }

  /** A health change during a load is in: states are read here, at the moment of publication. */
  private republish(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.end.signal.aborted) return;
    const { metrics, log, clock } = this.parts;
    const beganMs = clock.monotonicMs();
    this.isChanged = false;
    try {
      const snapshot = this.compose(this.inUse!);
      this.parts.publish(snapshot);
      this.newest = snapshot;
      this.conditions.succession.published(snapshot.generation);
      metrics.generation.set(snapshot.generation);
      metrics.publishes.inc({ result: 'success' });
    } catch (error) {
      metrics.publishes.inc({ result: 'failure' });
      this.parts.narrator.publishFailed(error);
      log.error({ err: error }, 'publishing failed; the last snapshot stays');
      this.isChanged = true;
      this.timer = clock.setTimer(() => this.republish(), RETRY_MS);
      return;
    }
    const now = clock.monotonicMs();
    this.restUntilMs = now + Math.min(REST_MAX_MS, 2 * (now - beganMs));
    for (const { pool, firstFailureAt } of this.pendingFailures) {
      if (firstFailureAt !== undefined)
        metrics.failoverSeconds.observe({ pool }, (now - firstFailureAt) / 1000);
    }
    this.pendingFailures = [];
    this.parts.narrator.published(this.inUse!.config, this.grownUnder!, this.surroundings());
  }

  private surroundings(): Surroundings {
    const self = this.parts.health.self();
    const failovers = this.conditions.succession
      .reports()
      .map((report) => ({ policy: report.policy, answered: report.answered, why: successionText(report) }));
    return { failovers, isolated: self.kind === 'isolated' ? isolationText(self) : undefined };
  }

  private compose(loaded: Loaded): SnapshotBuffers {
    const { config, image, geo, owners } = loaded;
    const conditions = this.conditions.compose();
    const rotation = buildRotation(config, conditions, this.slots);
    this.grownUnder = conditions;
    const settings = this.settings.make(loaded);
    return { generation: ++this.generation, image, views: geo.maps, owners, rotation, settings };
  }
}

function firstError({ problems }: LoadOutcome): string {
  const problem = problems.find(({ severity }) => severity === 'error');
  return problem === undefined ? 'it cannot be loaded' : formatProblem(problem);
}

function logProblems(log: Log, outcome: LoadOutcome): void {
  for (const problem of outcome.problems)
    log[problem.severity === 'error' ? 'error' : 'warn'](formatProblem(problem));
  if (outcome.omitted > 0) log.warn(`${outcome.omitted} more problems`);
}
