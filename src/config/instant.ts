/**
 * Milliseconds since 1970 of an ISO 8601 time with its zone: `2026-12-01T10:00:00Z`, `2026-12-01T10:00+01:00`. Undefined
 * for anything else, also for days that the calendar does not have.
 */
export function parseInstant(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = match.slice(1, 4).map(Number) as [number, number, number];
  // The 31st of a month of 30 days would be read as the first of the next.
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const at = Date.parse(text);
  return Number.isNaN(at) || day > lastDay ? undefined : at;
}
