import { z } from 'zod';
import { parseAddress } from '../ip/address.ts';
import type { SocketAddress } from './model.ts';

/*
 * Kinds of values. The `error` of each schema completes the sentence "found X, wanted …".
 */

/** How regions, monitors, pools, endpoints and policies may be called. */
export const namePattern = /^(?![0-9]+$)[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
export const nameWanted = 'a name of at most 63 letters, digits, `-`, `_` or `.`, not digits alone';

/** A name that is defined here. */
export function name() {
  return z.string({ error: nameWanted }).regex(namePattern, { error: nameWanted });
}

/** A name that is defined elsewhere in the file; whether it is gets checked with all items at hand. */
export function reference(wanted: string) {
  return z.string({ error: wanted });
}

export function integer(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function number(what: string, min: number, max: number) {
  const error = `${what} from ${min} to ${max}`;
  return z.number({ error }).min(min, { error }).max(max, { error });
}

export function choice<const Word extends string>(words: readonly Word[]) {
  return z.enum(words, { error: `one of ${words.join(', ')}` });
}

/** The `error` of a union by `type`. */
export function typeWanted(...types: readonly string[]) {
  return ({ code }: { code: string }) =>
    code === 'invalid_type' ? 'a mapping with `type`' : `one of ${types.join(', ')}`;
}

/** A check of a mapping that has one of two keys, never both. `wanted`: what the first one is. */
export function eitherKey(first: string, second: string, wanted: string) {
  return (input: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void => {
    const [hasFirst, hasSecond] = [input[first] !== undefined, input[second] !== undefined];
    if (hasFirst && hasSecond)
      context.addIssue({ code: 'custom', path: [second], message: `none beside \`${first}\`` });
    if (!hasFirst && !hasSecond)
      context.addIssue({ code: 'custom', path: [first], message: `${wanted}, or \`${second}\`` });
  };
}

/** The `error` of a mapping or list that stands for "off" when it is left out. */
export function absentWhenOff(wanted: string) {
  return ({ input }: { input?: unknown }) =>
    ['off', 'no', 'none', false].some((word) => word === input)
      ? `${wanted}; leave it out to switch it off`
      : wanted;
}

/** Text of at least one character; control characters are out, so that no value breaks a line or a header. */
export function text(wanted: string, pattern: RegExp = /^[^\p{Cc}]+$/u) {
  // YAML takes `12` and `true` for other things than text.
  const error = ({ input }: { input?: unknown }) =>
    (typeof input === 'number' || typeof input === 'boolean') && pattern.test(String(input))
      ? `${wanted}; put it in quotes`
      : wanted;
  return z.string({ error }).regex(pattern, { error: wanted });
}

/**
 * Text that `read` turns into something else; undefined from it means that the text does not fit. `hint` may say what
 * to write instead.
 */
export function reading<T>(
  wanted: string,
  read: (text: string) => T | undefined,
  hint: (text: string) => string | undefined = () => undefined,
) {
  return z.string({ error: wanted }).transform((input, context): T => {
    const value = read(input);
    if (value !== undefined) return value;
    const instead = hint(input);
    const message = instead === undefined ? wanted : `${wanted}; ${instead}`;
    context.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;
const durationPattern = /^([0-9]{1,9})(ms|s|m|h)$/;

/** Milliseconds from `500ms`, `10s`, `5m`, `1h`. `step`: what the duration must be a multiple of. */
export function duration(min: string, max: string, step = '1ms') {
  const whole = step === '1s' ? 'whole seconds' : 'a duration';
  const range = `${whole} from ${min} to ${max}`;
  return z
    .string({
      error: ({ input }) => (typeof input === 'number' ? unitWanted : durationWanted),
    })
    .regex(durationPattern, { error: durationWanted })
    .transform((input, context) => {
      const ms = durationMs(input);
      if (ms >= durationMs(min) && ms <= durationMs(max) && ms % durationMs(step) === 0) return ms;
      context.issues.push({ code: 'custom', message: range, input });
      return z.NEVER;
    });
}

/** For a number where a duration stands. */
export const unitWanted = 'a unit with the number: `ms`, `s`, `m` or `h`';
const durationWanted = 'a duration such as `500ms`, `10s`, `5m` or `1h`';

/** The pattern has been checked. */
function durationMs(text: string): number {
  const [, digits, unit] = durationPattern.exec(text)!;
  return Number(digits) * unitMs[unit as keyof typeof unitMs];
}

/** `192.0.2.1:53` or `[2001:db8::1]:53`, port 0–65535. */
export function parseSocketAddress(text: string): SocketAddress | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const address = parseAddress(match[1] ?? match[2]!);
  const port = Number(match[3]);
  if (address === undefined || port > 65_535 || (address.family === 6) !== (match[1] !== undefined))
    return undefined;
  return { address, port };
}

/** A DNS name as it stands in a Host header, or an address without brackets; no port. */
export function isHostName(text: string): boolean {
  if (parseAddress(text) !== undefined) return true;
  return (
    text.length <= 253 &&
    /^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*$/.test(
      text,
    )
  );
}
