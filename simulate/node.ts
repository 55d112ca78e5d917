import type { Config, Pool } from '../src/config/model.ts';
import { ConditionsComposer } from '../src/control/conditions.ts';
import { Succession, type SuccessionParts } from '../src/control/succession.ts';
import type { WriterStore } from '../src/control/writer-store.ts';

import { emptyGeoMap } from '../src/geo/map.ts';
import { calmMs } from '../src/health/calm.ts';
import { createHealthChecker, type HealthChecker } from '../src/health/checker.ts';
import { LoadTable } from '../src/health/loads/load-table.ts';
import type { RememberedHealth } from '../src/health/remembered.ts';
import { Reports } from '../src/health/reports.ts';
import type { Timer } from '../src/runtime/clock.ts';
import type { Random } from '../src/runtime/random.ts';
import type { SnapshotBuffers } from '../src/snapshot/buffers.ts';
import type { Conditions } from '../src/snapshot/compile/conditions.ts';
import { buildImage } from '../src/snapshot/compile/image-builder.ts';
import { buildRotation } from '../src/snapshot/compile/rotation-builder.ts';
import { plainSettings } from '../src/snapshot/settings.ts';
import { loadZone } from '../src/zone/zone.ts';
import type { WorldClock } from './clock.ts';
import { names, wire } from './site.ts';
import type { Weather } from './weather.ts';

export interface NodeParts {
  readonly config: Config;
  readonly clock: WorldClock;
  readonly random: Random;
  readonly weather: Weather;
  readonly store: WriterStore;
  readonly callFence: SuccessionParts['callFence'];
  readonly oldestInUse: () => number;
  readonly log: SuccessionParts['log'];
  readonly publish: (snapshot: SnapshotBuffers, conditions: Conditions) => void;
}

const COALESCE_MS = 10;

/** The control plane of one run of a node: the real parts, wired as `control/controller.ts` does. */
export class ControlPlane {
  readonly health: HealthChecker;
  readonly succession: Succession;
  private readonly parts: NodeParts;
  private readonly composer: ConditionsComposer;
  private readonly lags: LoadTable<NonNullable<Pool['replication']>['sources'][number]>;
  private timer: Timer | undefined;
  private next: Timer | undefined;
  private generation = 0;
  private stopped = false;

  constructor(parts: NodeParts) {
    this.parts = parts;
    const { clock, random, weather, config } = parts;
    const nothing = (): void => {};
    const onChange = (): void => this.publishSoon();
    this.health = createHealthChecker({
      ...{ clock, random, probes: weather.probes, reports: new Reports(clock), onChange },
      ...{ onOwnFault: nothing, onSelf: nothing, onDoubt: nothing, onProbe: nothing, onCertificate: nothing },
    });
    this.lags = new LoadTable({
      clock,
      random,
      read: weather.readLag,
      onReading: () => this.succession.lagRead(),
      tell: () => {},
    });
    this.succession = new Succession({ ...parts, lags: this.lags, onChange });
    this.composer = new ConditionsComposer(
      {
        state: (pool, endpoint) => this.health.stateOf(pool, endpoint).state,
        wasGood: () => false,
        calmMs: (pool, endpoint) => calmMs(this.health.stateOf(pool, endpoint), config.pools[pool]!.monitor),
        hostAddresses: () => [],
      },
      { loadOf: () => undefined },
    );
  }

  async start(remembered: readonly RememberedHealth[]): Promise<void> {
    const { config, store } = this.parts;
    await this.health.start(config, remembered);
    if (this.stopped) return;
    this.succession.open(store);
    this.succession.take(config);
    this.publish();
  }

  /** As a crash: nothing is said goodbye to. */
  stop(): void {
    this.stopped = true;
    this.health.stop();
    this.lags.stop();
    this.succession.stop();
    this.timer?.cancel();
    this.next?.cancel();
  }

  private publishSoon(): void {
    if (this.generation === 0 || this.stopped) return;
    this.timer ??= this.parts.clock.setTimer(() => this.publish(), COALESCE_MS);
  }

  private publish(): void {
    this.timer?.cancel();
    this.timer = undefined;
    if (this.stopped) return;
    const { config, clock } = this.parts;
    const composed = this.composer.compose(config, clock.now());
    const held = this.succession.decide(composed);
    const conditions: Conditions = { ...composed, held: (policy) => held.get(policy) };
    const rotation = buildRotation(config, conditions, { answers: () => 0, refusals: () => 0 });
    const generation = ++this.generation;
    this.parts.publish({ ...fixed, generation, rotation }, conditions);
    this.succession.published(generation);
    const atMs = composed.nextMoment();
    this.next?.cancel();
    this.next =
      atMs === undefined ? undefined : clock.setTimer(() => this.publish(), Math.max(1, atMs - clock.now()));
  }
}

const fixed = {
  image: imageOf(),
  // Every client has the number 0 of both views: the regions as listed, the first entry of the residency.
  views: [emptyGeoMap(3), emptyGeoMap(3)],
  owners: [],
  settings: plainSettings,
};

function imageOf(): SharedArrayBuffer {
  const bytes = Buffer.from('$TTL 300\n@ SOA a a 1 1 1 1 1\n@ NS a\n');
  const apex = wire('example.');
  const { zone } = loadZone({ apex, file: 'z', source: { bytes }, steered: names });
  return buildImage([{ zone: zone!, steer: names.map((owner, steering) => ({ owner, steering })) }]);
}
