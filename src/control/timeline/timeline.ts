import { assert } from '../../runtime/assert.ts';
import type { Clock, Timer } from '../../runtime/clock.ts';
import { limits } from '../../runtime/limits.ts';
import { eventOf, type News, type TimelineEvent } from './event.ts';
import { TimelineFile } from './timeline-file.ts';

export interface TimelineParts {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  /** After each event; must not throw. */
  readonly onEvent: (event: TimelineEvent) => void;
}

export interface PageRequest {
  /** Events behind this id, or not older than this many ms: then the oldest of them; else the newest of all. */
  readonly since: { readonly id: number } | { readonly agoMs: number } | undefined;
  readonly limit: number;
  readonly pool: string | undefined;
}

/** The JSON of `/api/v1/timeline`. */
export interface TimelinePage {
  /** Newest last. */
  readonly events: readonly TimelineEvent[];
  /** There are more behind the last one: ask again with `since` its id. */
  readonly more: boolean;
}

/** Events are written together after so long. */
const WRITE_AFTER_MS = 50;
/** A write that failed is tried again. */
const RETRY_MS = 5_000;
/** Lines of one write. */
const WRITE_LINES = 64;

/**
 * What happened on this node: the newest events in memory, and as lines in the state directory. Recording never waits:
 * what cannot be written is kept, up to a bound, until it can.
 */
export class Timeline {
  private readonly parts: TimelineParts;
  private file: TimelineFile | undefined;
  private events: TimelineEvent[] = [];
  private nextId = 1;
  /** Lines that are not on disk yet. */
  private pending: string[] = [];
  private lost = 0;
  private timer: Timer | undefined;
  private writing: Promise<void> | undefined;
  private failed = false;

  constructor(parts: TimelineParts) {
    this.parts = parts;
  }

  /** Takes up what the run before left. To be called once, before the first event. */
  async open(directory: string): Promise<void> {
    assert(this.nextId === 1, 'a timeline is opened before its first event');
    this.file = new TimelineFile(directory);
    const { events, problems } = await this.file.open();
    for (const problem of problems) this.parts.warn(problem);
    this.events = events.slice(-limits.timelineEvents);
    this.nextId = (events.at(-1)?.id ?? 0) + 1;
  }

  /** Oldest first. */
  get known(): readonly TimelineEvent[] {
    return this.events;
  }

  readonly record = (news: News): void => {
    const event = eventOf(this.nextId++, news, this.parts.clock.now());
    this.events.push(event);
    if (this.events.length > limits.timelineEvents) this.events.shift();
    this.pending.push(`${JSON.stringify(event)}\n`);
    if (this.pending.length > limits.timelineEvents) {
      this.pending.shift();
      this.lost++;
    }
    this.writeWithin(WRITE_AFTER_MS);
    this.parts.onEvent(event);
  };

  page({ since, limit, pool }: PageRequest): TimelinePage {
    const isBehind = whatIsBehind(since, this.parts.clock.now());
    const fits = this.events.filter(
      (event) => (pool === undefined || touches(event, pool)) && isBehind(event),
    );
    if (since === undefined) return { events: fits.slice(-limit), more: false };
    return { events: fits.slice(0, limit), more: fits.length > limit };
  }

  /** Resolves when all is on disk, or cannot be. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.writing;
    await this.write();
    this.timer?.cancel();
    await this.file?.close();
    this.file = undefined;
  }

  private writeWithin(delayMs: number): void {
    if (this.file === undefined) return;
    this.timer ??= this.parts.clock.setTimer(() => {
      this.timer = undefined;
      this.writing ??= this.write().finally(() => {
        this.writing = undefined;
        if (this.pending.length > 0) this.writeWithin(this.failed ? RETRY_MS : WRITE_AFTER_MS);
      });
    }, delayMs);
  }

  /** Writes what is pending, until it fails. */
  private async write(): Promise<void> {
    const { file } = this;
    while (file !== undefined && this.pending.length > 0) {
      const lines = this.pending.splice(0, WRITE_LINES);
      const problem = await file.append(lines);
      if (problem !== undefined) {
        this.pending.unshift(...lines);
        if (!this.failed) this.parts.warn(problem);
        this.failed = true;
        return;
      }
      this.failed = false;
      if (this.lost > 0)
        this.parts.warn(`${this.lost} events were lost while the timeline could not be written`);
      this.lost = 0;
    }
  }
}

function whatIsBehind(since: PageRequest['since'], nowMs: number): (event: TimelineEvent) => boolean {
  if (since === undefined) return () => true;
  if ('id' in since) return ({ id }) => id > since.id;
  return ({ at }) => Date.parse(at) >= nowMs - since.agoMs;
}

/** An override of a region without a pool is for all pools. */
function touches({ kind, subject }: TimelineEvent, pool: string): boolean {
  return subject.pool === pool || (kind === 'override' && subject.pool === undefined);
}
