import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { News, TimelineEvent } from '../../../src/control/timeline/event.ts';
import { Timeline } from '../../../src/control/timeline/timeline.ts';
import { FakeClock } from '../../scenarios/fake-clock.ts';

/** A state directory of its own for each test of a file, and timelines in it. */
export class TimelineWorld {
  directory = '';
  clock = new FakeClock();
  warnings: string[] = [];
  told: TimelineEvent[] = [];
  private timelines: Timeline[] = [];

  constructor() {
    beforeEach(() => {
      this.directory = mkdtempSync(join(tmpdir(), 'meridian-timeline-'));
      this.clock = new FakeClock();
      this.warnings = [];
      this.told = [];
    });
    afterEach(async () => {
      for (const timeline of this.timelines.splice(0)) await timeline.stop();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  path(name = 'timeline.jsonl'): string {
    return join(this.directory, name);
  }

  text(name?: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  async timeline(directory = this.directory): Promise<Timeline> {
    const timeline = new Timeline({
      clock: this.clock,
      warn: (message) => this.warnings.push(message),
      onEvent: (event) => this.told.push(event),
    });
    await timeline.open(directory);
    this.timelines.push(timeline);
    return timeline;
  }
}

export function newsOf(fields: Partial<News> = {}): News {
  const subject = { pool: 'app', region: 'eu', endpoint: 'e0' };
  return { kind: 'endpoint', subject, from: 'up', to: 'down', cause: 'connection refused', ...fields };
}

export const idsOf = (events: readonly TimelineEvent[]): number[] => events.map(({ id }) => id);
