import { limits } from '../runtime/limits.ts';
import type { Window } from './window.ts';

/**
 * Whether the window holds at an instant. The wall clock decides: an hour that it shows twice counts twice, one that it
 * skips does not come. Throws a RangeError for a time zone that the runtime does not know.
 */
export function windowHolds(window: Window, nowMs: number): boolean {
  const localMs = nowMs + offsetMs(window.timeZone, nowMs);
  const day = Math.floor(localMs / DAY_MS);
  const minute = Math.floor((localMs - day * DAY_MS) / MINUTE_MS);
  const { days, fromMinute, toMinute } = window;
  const overnight = toMinute <= fromMinute;
  if (days.includes(weekday(day)) && minute >= fromMinute && (overnight || minute < toMinute)) return true;
  return overnight && minute < toMinute && days.includes(weekday(day - 1));
}

/** The instant, later than `nowMs`, at which the window next begins or ends; undefined when it never does. */
export function nextEdge(window: Window, nowMs: number): number | undefined {
  const holds = windowHolds(window, nowMs);
  let atMs = nowMs;
  for (let look = 0; look < LOOKS; look++) {
    atMs = nextTurn(window, atMs);
    if (windowHolds(window, atMs) !== holds) return atMs;
  }
  return undefined;
}

/** Whether a window holds, and until when. */
export interface Standing {
  readonly holds: boolean;
  /** As `nextEdge`. */
  readonly edgeMs: number | undefined;
}

/**
 * `windowHolds` and `nextEdge`, found once for each stretch of time between two edges: they are asked for at every
 * publication, and the time zone's clock costs microseconds at each look.
 */
export function standingAt(window: Window, nowMs: number): Standing {
  const key = `${window.timeZone} ${window.fromMinute} ${window.toMinute} ${window.days.join('')}`;
  const known = standings.get(key);
  if (known !== undefined && nowMs >= known.fromMs && nowMs < known.untilMs) return known;
  const edgeMs = nextEdge(window, nowMs);
  const untilMs = edgeMs ?? nowMs + DAY_MS;
  const found = { holds: windowHolds(window, nowMs), edgeMs, fromMs: nowMs, untilMs };
  if (standings.size >= limits.windowStandings) standings.clear();
  standings.set(key, found);
  return found;
}

/** By what the window says. Without an edge in the weeks ahead one is looked for again the next day. */
const standings = new Map<string, Standing & { readonly fromMs: number; readonly untilMs: number }>();

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

/**
 * Three weeks of turns: a day of the week comes again within one, and within two where the zone's clock skipped it or
 * the hour.
 */
const LOOKS = 4 * 22;

/** The next instant at which the wall clock shows the window's minutes or midnight, or is put forward or back. */
function nextTurn({ timeZone, fromMinute, toMinute }: Window, atMs: number): number {
  const offset = offsetMs(timeZone, atMs);
  const localMs = atMs + offset;
  const midnightMs = Math.floor(localMs / DAY_MS) * DAY_MS;
  let turnMs = midnightMs + DAY_MS;
  for (const minute of [fromMinute, toMinute]) {
    const shownMs = midnightMs + minute * MINUTE_MS;
    if (shownMs > localMs) turnMs = Math.min(turnMs, shownMs);
  }
  const thenMs = turnMs - offset;
  return offsetMs(timeZone, thenMs) === offset ? thenMs : changeOfOffset(timeZone, atMs, thenMs);
}

/** The first instant after `fromMs`, up to `toMs`, with another offset than at `fromMs`; there is one. */
function changeOfOffset(timeZone: string, fromMs: number, toMs: number): number {
  const offset = offsetMs(timeZone, fromMs);
  let before = fromMs;
  let after = toMs;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetMs(timeZone, middle) === offset) before = middle;
    else after = middle;
  }
  return after;
}

/** 1 Monday … 7 Sunday, of a day counted from Thursday, 1 January 1970. */
function weekday(day: number): number {
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** What the wall clock shows, less UTC, ms. */
function offsetMs(timeZone: string, nowMs: number): number {
  const wholeMs = Math.floor(nowMs / 1_000) * 1_000;
  const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatterOf(timeZone).formatToParts(wholeMs)) {
    if (type in shown) shown[type as keyof typeof shown] = Number(value);
  }
  const { year, month, day, hour, minute, second } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeMs;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** Making a formatter takes some 50 µs, using it 2. */
function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    if (formatters.size >= limits.timeZones) formatters.clear();
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
