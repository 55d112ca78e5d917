import type { Window } from './window.ts';

export function windowHolds(window: Window, nowMs: number): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: window.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(nowMs);
  const part = (type: string): string => parts.find((each) => each.type === type)!.value;
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1;
  const minute = Number(part('hour')) * 60 + Number(part('minute'));
  const { fromMinute, toMinute, days } = window;
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  const yesterday = ((day + 5) % 7) + 1;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(yesterday) && minute < toMinute);
}

export function nextEdge(window: Window, nowMs: number): number | undefined {
  const holds = windowHolds(window, nowMs);
  const first = Math.floor(nowMs / 60_000) * 60_000 + 60_000;
  for (let at = first; at < first + 8 * 86_400_000; at += 60_000)
    if (windowHolds(window, at) !== holds) return at;
  return undefined;
}
