/** A part of the week in a time zone. */
export interface Window {
  /** IANA name. */
  readonly timeZone: string;
  /** 1 Monday … 7 Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight; `to` ≤ `from` ends on the next day, equal is the whole day. */
  readonly fromMinute: number;
  readonly toMinute: number;
}
