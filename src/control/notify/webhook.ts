import type { WebhookConfig } from '../../config/model.ts';
import { type Clock, wallSeconds } from '../../runtime/clock.ts';
import { withDeadline } from '../../runtime/deadline.ts';
import { limits } from '../../runtime/limits.ts';
import type { Log } from '../../runtime/log.ts';
import type { Random } from '../../runtime/random.ts';
import type { TimelineEvent } from '../timeline/event.ts';
import { type PostResult, post } from './post.ts';

export type DeliveryResult = 'delivered' | 'retried' | 'refused' | 'failed' | 'dropped';

export interface WebhookParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Name of this node, for those who hear of several. */
  readonly node: () => string;
  readonly count: (result: DeliveryResult) => void;
}

/**
 * Posts events to one place, one after the other in their order. What fails is tried again with growing pauses, and given
 * up in the end; what comes meanwhile waits, and the oldest is dropped when too much does.
 */
export class Webhook {
  private readonly config: WebhookConfig;
  private readonly parts: WebhookParts;
  private readonly queue: TimelineEvent[] = [];
  private readonly end = new AbortController();
  private working: Promise<void> = Promise.resolve();
  private isWorking = false;
  private isFailing = false;

  constructor(config: WebhookConfig, parts: WebhookParts) {
    this.config = config;
    this.parts = parts;
  }

  /** Never waits. */
  offer(event: TimelineEvent): void {
    if (!this.config.kinds.has(event.kind) || this.end.signal.aborted) return;
    if (this.queue.length >= limits.webhookQueue) {
      this.queue.shift();
      this.parts.count('dropped');
    }
    this.queue.push(event);
    if (this.isWorking) return;
    this.isWorking = true;
    this.working = this.work();
  }

  /** Ends the try or the pause that is under way; what waits is dropped. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    for (;;) {
      const event = this.queue.shift();
      if (event === undefined) break;
      this.parts.count(this.end.signal.aborted ? 'dropped' : await this.deliver(event));
    }
    // No wait between the look at the queue and this: nothing can have come unseen.
    this.isWorking = false;
  }

  /** Tries until it is delivered or there is no use in it. */
  private async deliver(event: TimelineEvent): Promise<Exclude<DeliveryResult, 'retried'>> {
    const { clock, count } = this.parts;
    const body = JSON.stringify({ node: this.parts.node(), event });
    const giveUpMs = clock.monotonicMs() + limits.webhookGiveUpMs;
    for (let tries = 1; ; tries++) {
      const result = await this.try(body);
      if (this.end.signal.aborted && result.kind !== 'delivered') return 'dropped';
      this.tell(result);
      if (result.kind !== 'failed') return result.kind;
      const pauseMs = this.pauseMs(tries);
      if (tries >= limits.webhookTries || clock.monotonicMs() + pauseMs > giveUpMs) return 'failed';
      count('retried');
      await this.pause(pauseMs);
      if (this.end.signal.aborted) return 'dropped';
    }
  }

  private async try(body: string): Promise<PostResult> {
    const { url, secret, timeoutMs } = this.config;
    const { clock } = this.parts;
    const send = (signal: AbortSignal): Promise<PostResult> =>
      post({ url, secret, body }, wallSeconds(clock), signal);
    return await withDeadline(timeoutMs, this.end.signal, send, clock);
  }

  /** Spread, so that several nodes do not come back together. */
  private pauseMs(tries: number): number {
    const mostMs = Math.min(limits.webhookRetryMaxMs, limits.webhookRetryMs * 2 ** (tries - 1));
    return mostMs * (0.75 + 0.25 * this.parts.random.fraction());
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel();
        this.end.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = this.parts.clock.setTimer(done, ms);
      this.end.signal.addEventListener('abort', done);
    });
  }

  /** Logs the first failure and the end of failures. Paths of addresses may hold secrets. */
  private tell(result: PostResult): void {
    const { log } = this.parts;
    const { origin } = new URL(this.config.url);
    if (result.kind === 'delivered') {
      if (this.isFailing) log.info({ webhook: origin }, `webhook ${origin} takes events again`);
    } else if (!this.isFailing) {
      log.warn({ webhook: origin }, `webhook ${origin} does not take events: ${result.reason}`);
    }
    this.isFailing = result.kind !== 'delivered';
  }
}
