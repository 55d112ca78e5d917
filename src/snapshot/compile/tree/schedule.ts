import type { SchedulePolicy } from '../../../config/policy-model.ts';
import { standingAt } from '../../../steering/windows.ts';
import type { GrowContext } from './context.ts';
import type { Grow } from './grow.ts';
import { growThrough } from './through.ts';

/** What the first window that holds now names. */
export function growSchedule(
  grow: Grow,
  index: number,
  { windows, otherwise }: SchedulePolicy,
  context: GrowContext,
): number {
  const now = grow.conditions.nowMs;
  const use = windows.find(({ when }) => standingAt(when, now).holds)?.use ?? otherwise;
  return growThrough(grow, index, use, context);
}
