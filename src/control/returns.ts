import { SHARE_ALL } from '../steering/nodes.ts';
import { nextRampStep, RAMP_STEPS, rampShare } from '../steering/ramp.ts';
import type { RememberedReturn } from './remembered-steering.ts';

/** `unknown`: no probe has said enough yet. */
export type RegionStanding = 'up' | 'down' | 'unknown';

interface Course {
  /** Since when it is down; undefined when it is not. Wall clock ms. */
  readonly downSinceMs: number | undefined;
  /** When it came back last; undefined when it was never seen to. */
  readonly returnedMs: number | undefined;
}

/**
 * Remembers when regions of pools came back, for their slow starts. One that was down for no longer than the first step
 * goes on where it was: its clients' caches have hardly noticed. One that is up when it is first seen needs none.
 */
export class Returns {
  private before: ReadonlyMap<string, Course> = new Map();
  private courses = new Map<string, Course>();

  /** Before a round of `observe`: what is not observed in it is forgotten after. */
  begin(): void {
    this.before = this.courses;
    this.courses = new Map();
  }

  /** The share of SHARE_ALL that it has now, and when its next step begins. */
  observe(
    pool: string,
    region: string,
    standing: RegionStanding,
    nowMs: number,
    rampMs: number,
  ): { readonly share: number; readonly nextMs: number | undefined } {
    const key = JSON.stringify([pool, region]);
    const course = follow(this.before.get(key), standing, nowMs, rampMs);
    this.courses.set(key, course);
    const { returnedMs } = course;
    if (returnedMs === undefined || standing !== 'up') return { share: SHARE_ALL, nextMs: undefined };
    const step = nextRampStep(nowMs - returnedMs, rampMs);
    return {
      share: rampShare(nowMs - returnedMs, rampMs),
      nextMs: step === undefined ? undefined : returnedMs + step,
    };
  }

  /** What is to survive a restart: regions of which there is anything to say. */
  remember(): RememberedReturn[] {
    return [...this.courses].flatMap(([key, { downSinceMs, returnedMs }]) => {
      if (downSinceMs === undefined && returnedMs === undefined) return [];
      const [pool, region] = JSON.parse(key) as [string, string];
      return [{ pool, region, downSinceMs: downSinceMs ?? null, returnedMs: returnedMs ?? null }];
    });
  }

  /** Before the first round. */
  restore(remembered: readonly RememberedReturn[]): void {
    for (const { pool, region, downSinceMs, returnedMs } of remembered) {
      const course = { downSinceMs: downSinceMs ?? undefined, returnedMs: returnedMs ?? undefined };
      this.courses.set(JSON.stringify([pool, region]), course);
    }
  }
}

function follow(before: Course | undefined, standing: RegionStanding, nowMs: number, rampMs: number): Course {
  const { downSinceMs, returnedMs } = before ?? { downSinceMs: undefined, returnedMs: undefined };
  if (standing === 'down') return { downSinceMs: downSinceMs ?? nowMs, returnedMs };
  if (standing === 'unknown' || downSinceMs === undefined) return { downSinceMs, returnedMs };
  const wasLong = nowMs - downSinceMs > rampMs / RAMP_STEPS;
  return { downSinceMs: undefined, returnedMs: wasLong ? nowMs : returnedMs };
}
