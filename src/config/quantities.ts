import { z } from 'zod';

/*
 * Numbers with a unit other than time. The `error` of each schema completes the sentence "found X, wanted …".
 */

/** Bytes from `500kB`, `100MB`, `2GB`; units of thousands. */
export function size(min: string, max: string) {
  return measured('a size', sizeWanted, sizePattern, min, max, (input) => {
    const [, digits, unit] = sizePattern.exec(input)!;
    return Number(digits) * unitBytes[unit as keyof typeof unitBytes];
  });
}

/** A share of 1 from `1%`, `0.5%`. */
export function percentage(min: string, max: string) {
  return measured('a percentage', percentageWanted, percentagePattern, min, max, (input) => {
    return Number(percentagePattern.exec(input)![1]) / 100;
  });
}

const unitBytes = { kB: 1e3, MB: 1e6, GB: 1e9 } as const;
const sizePattern = /^([0-9]{1,9})(kB|MB|GB)$/;
const sizeWanted = 'a size such as `500kB`, `100MB` or `2GB`';

const percentagePattern = /^([0-9]{1,3}(?:\.[0-9]{1,6})?)%$/;
const percentageWanted = 'a percentage such as `1%` or `0.5%`';

/** Text of a pattern that `read` makes a number in a range. */
function measured(
  what: string,
  wanted: string,
  pattern: RegExp,
  min: string,
  max: string,
  read: (input: string) => number,
) {
  return z
    .string({ error: wanted })
    .regex(pattern, { error: wanted })
    .transform((input, context) => {
      const value = read(input);
      if (value >= read(min) && value <= read(max)) return value;
      context.issues.push({ code: 'custom', message: `${what} from ${min} to ${max}`, input });
      return z.NEVER;
    });
}
