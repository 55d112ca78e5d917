import type { Config } from '../../config/model.ts';
import type { TimelineEvent } from '../timeline/event.ts';
import { Webhook, type WebhookParts } from './webhook.ts';

/** The webhooks of the config in use. */
export class Webhooks {
  private readonly parts: WebhookParts;
  private hooks = new Map<string, Webhook>();
  private node = '';

  constructor(parts: Omit<WebhookParts, 'node'>) {
    this.parts = { ...parts, node: () => this.node };
  }

  /** Those that did not change keep what they have still to post. */
  take({ node, webhooks }: Pick<Config, 'node' | 'webhooks'>): void {
    this.node = node.name;
    const before = this.hooks;
    this.hooks = new Map();
    for (const config of webhooks) {
      const key = JSON.stringify([config.url, config.secret, [...config.kinds], config.timeoutMs]);
      this.hooks.set(key, before.get(key) ?? new Webhook(config, this.parts));
    }
    for (const [key, hook] of before) if (!this.hooks.has(key)) void hook.stop();
  }

  offer(event: TimelineEvent): void {
    for (const hook of this.hooks.values()) hook.offer(event);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.hooks.values()].map((hook) => hook.stop()));
  }
}
