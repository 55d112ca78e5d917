import type { Config } from '../config/model.ts';
import type { Metrics } from '../metrics/registry.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Log } from '../runtime/log.ts';
import type { Random } from '../runtime/random.ts';
import { version } from '../runtime/version.ts';
import { Webhooks } from './notify/webhooks.ts';
import type { TimelineEvent } from './timeline/event.ts';
import { Narrator } from './timeline/narrator.ts';
import { Timeline } from './timeline/timeline.ts';

export interface ChronicleParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What the log has from nobody else. */
function tellEvent(log: Log, { kind, subject, to, cause }: TimelineEvent): void {
  const { pool } = subject;
  if (kind === 'floor')
    log[to === 'frozen' ? 'warn' : 'info'](
      { pool },
      `the floor of pool ${pool} ${to === 'frozen' ? 'holds' : 'lets go'}: ${cause}`,
    );
  if (kind === 'pool' && to === 'up') log.info({ pool }, `pool ${pool} has endpoints that are up again`);
}

/** What happens on this node, from whoever tells it to whoever hears of it: the timeline, metrics, webhooks. */
export class Chronicle {
  readonly narrator: Narrator;
  readonly timeline: Timeline;
  private readonly webhooks: Webhooks;

  constructor({ clock, random, log, metrics }: ChronicleParts) {
    this.webhooks = new Webhooks({
      ...{ clock, random, log },
      count: (result) => metrics.webhookDeliveries.inc({ result }),
    });
    this.timeline = new Timeline({
      clock,
      warn: (message) => log.warn(message),
      onEvent: (event) => {
        metrics.timelineEvents.inc({ kind: event.kind });
        tellEvent(log, event);
        this.webhooks.offer(event);
      },
    });
    this.narrator = new Narrator({ clock, record: this.timeline.record });
  }

  /** Goes on with what the run before left. To be called once. */
  async open(config: Config): Promise<void> {
    this.take(config);
    await this.timeline.open(config.state.directory);
    this.narrator.resume(this.timeline.known);
    this.narrator.loaded(`Meridian ${version} started`, undefined);
  }

  /** Another config is in use from now on. */
  take(config: Pick<Config, 'node' | 'webhooks'>): void {
    this.webhooks.take(config);
  }

  /** Resolves when all is on disk; what webhooks have not taken is dropped. */
  async stop(): Promise<void> {
    await Promise.all([this.timeline.stop(), this.webhooks.stop()]);
  }
}
