import { z } from 'zod';
import type { Window } from '../../steering/window.ts';
import { nearestName } from '../nearest-name.ts';
import { reading } from '../values.ts';
import { showName } from '../wording.ts';

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const daysWanted = '`mon` … `sun`, a range such as `mon-fri`, or a list of them';
const timeWanted = 'a time of day from "00:00" to "24:00"';

/** `mon`, `fri-mon`. 1 Monday … 7 Sunday. */
function readDays(text: string): number[] | undefined {
  const [from, to = from, more] = text.split('-').map((day) => days.indexOf(day));
  if (from === undefined || from < 0 || to! < 0 || more !== undefined) return undefined;
  const count = ((to! - from + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => ((from + i) % 7) + 1);
}

function readMinute(text: string): number | undefined {
  const match = /^([01][0-9]|2[0-4]):([0-5][0-9])$/.exec(text);
  const minute = match === null ? Number.NaN : 60 * Number(match[1]) + Number(match[2]);
  return minute <= MINUTES_A_DAY ? minute : undefined;
}

const MINUTES_A_DAY = 1_440;

export function timeZoneKey() {
  return z
    .string({ error: zoneWanted })
    .refine(isTimeZone, { error: ({ input }) => `${zoneWanted}${nearZone(String(input))}` })
    .describe('IANA name of the time zone, such as `Europe/Berlin`.');
}

const zoneWanted = 'the name of a time zone, such as `Europe/Berlin` or `UTC`';

/** Offsets (`+02:00`) are none: they do not follow summer time. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function nearZone(name: string): string {
  const near = nearestName(name, Intl.supportedValuesOf('timeZone'));
  return near === undefined ? '' : `; did you mean ${showName(near)}?`;
}

const daySchema = reading(daysWanted, readDays);

/** A part of the week. */
export const windowKeys = {
  days: z
    .union([daySchema, z.array(daySchema, { error: daysWanted }).min(1, { error: daysWanted })], {
      error: daysWanted,
    })
    .optional()
    .describe('Days on which it begins: `mon`, `mon-fri`, `[sat, sun]`. Default: all.'),
  from: reading(timeWanted, (text) => (text === '24:00' ? undefined : readMinute(text)))
    .optional()
    .describe('When it begins, such as "08:00". Default: midnight.'),
  to: reading(timeWanted, readMinute)
    .optional()
    .describe('When it ends; not after `from` means the next day. Default: midnight.'),
  'time-zone': timeZoneKey().optional(),
};

type WindowInput = z.output<z.ZodObject<typeof windowKeys>>;

/** `timeZone`: when the window has none of its own. */
export function resolveWindow(input: WindowInput, timeZone: string): Window {
  const listed = new Set(input.days?.flat() ?? [1, 2, 3, 4, 5, 6, 7]);
  return {
    timeZone: input['time-zone'] ?? timeZone,
    days: [...listed].sort((a, b) => a - b),
    fromMinute: input.from ?? 0,
    toMinute: input.to ?? MINUTES_A_DAY,
  };
}

/** The windows of a list that never hold because those before them hold whenever they would. Indexes. */
export function coveredWindows(windows: readonly Window[]): number[] {
  const taken = new Map<string, Uint8Array>();
  let whole = false;
  return windows.flatMap((window, index) => {
    const week = taken.get(window.timeZone) ?? new Uint8Array(7 * MINUTES_A_DAY);
    taken.set(window.timeZone, week);
    const isNew = take(week, window);
    const covered = whole || !isNew;
    // Minutes of two time zones cannot be told apart here, but a whole week is whole in all.
    whole ||= week.every((minute) => minute === 1);
    return covered ? [index] : [];
  });
}

/** Whether any minute of the window was free. */
function take(week: Uint8Array, { days, fromMinute, toMinute }: Window): boolean {
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + MINUTES_A_DAY;
  let isNew = false;
  for (const day of days) {
    const start = (day - 1) * MINUTES_A_DAY + fromMinute;
    for (let i = 0; i < length; i++) {
      const minute = (start + i) % week.length;
      isNew ||= week[minute] === 0;
      week[minute] = 1;
    }
  }
  return isNew;
}
