import { z } from 'zod';
import { limits } from '../../runtime/limits.ts';
import type { SchedulePolicy } from '../policy-model.ts';
import { policyKeys, useReference } from './base.ts';
import type { PolicyContext } from './context.ts';
import { coveredWindows, resolveWindow, timeZoneKey, windowKeys } from './window.ts';

const windowsWanted = `a list of 1 to ${limits.scheduleWindows} windows`;

export const scheduleSchema = z
  .strictObject({
    type: z.literal('schedule').describe('Answers by the time of day and the day of the week.'),
    ...policyKeys(),
    'time-zone': timeZoneKey().default('UTC').describe('IANA name of the time zone of the windows.'),
    windows: z
      .array(
        z
          .strictObject(
            { ...windowKeys, use: useReference().describe('The pool or policy that answers then.') },
            { error: 'a mapping with `use` and `days`, `from` or `to`' },
          )
          .describe('A part of the week.'),
        { error: windowsWanted },
      )
      .min(1, { error: windowsWanted })
      .max(limits.scheduleWindows, { error: windowsWanted })
      .describe('Parts of the week; the first one that holds decides.'),
    default: useReference().describe('The pool or policy that answers when no window holds.'),
  })
  .describe('A timetable.');

export function resolveSchedule(
  input: z.output<typeof scheduleSchema>,
  context: PolicyContext,
): Pick<SchedulePolicy, 'type' | 'windows' | 'otherwise'> {
  const windows = input.windows.map((window, i) => ({
    when: resolveWindow(window, input['time-zone']),
    use: context.use(window.use, ['windows', i, 'use']),
  }));
  for (const index of coveredWindows(windows.map(({ when }) => when))) {
    const message = 'this window never holds: those before it cover all of it';
    context.findings.warning('CONFIG_UNUSED', context.path('windows', index), message);
  }
  return { type: 'schedule', windows, otherwise: context.use(input.default, ['default']) };
}
