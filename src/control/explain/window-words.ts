import type { Window } from '../../steering/window.ts';
import { nextEdge, windowHolds } from '../../steering/windows.ts';

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon–Fri 08:00–18:00 Europe/Berlin` */
export function windowWords({ timeZone, days, fromMinute, toMinute }: Window): string {
  const hours = fromMinute === toMinute ? 'all day' : `${clock(fromMinute)}–${clock(toMinute)}`;
  return `${dayWords(days)} ${hours} ${timeZone}`;
}

/** Whether it holds now, and until when: `holds until Fri 18:00`. */
export function windowState(window: Window, nowMs: number): string {
  const holds = windowHolds(window, nowMs);
  const edge = nextEdge(window, nowMs);
  if (edge === undefined) return holds ? 'always holds' : 'never holds';
  return `${holds ? 'holds' : 'does not hold'} until ${moment(edge, window.timeZone)}`;
}

/** `Fri 18:00` in the time zone. */
function moment(ms: number, timeZone: string): string {
  const format = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone, ...format }).format(ms).replace(',', '');
}

function dayWords(days: readonly number[]): string {
  if (days.length === 7) return 'every day';
  const sorted = [...days].sort((a, b) => a - b);
  const isRun = sorted.length > 2 && sorted.at(-1)! - sorted[0]! === sorted.length - 1;
  const name = (day: number): string => dayNames[day - 1]!;
  return isRun ? `${name(sorted[0]!)}–${name(sorted.at(-1)!)}` : sorted.map(name).join(', ');
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
