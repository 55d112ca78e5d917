/** RFC 2181 §8: a TTL has 31 bits. */
const most = 0x7fffffff;

/**
 * Reads a time in the bytes `[start, end)`: seconds, or numbers each with a unit of w, d, h, m, s in any case
 * (`1h30m`). Returns seconds, or -1 when it is no time or more than 2³¹−1.
 */
export function parseTtl(bytes: Uint8Array, start: number, end: number): number {
  let total = 0;
  let number = 0;
  let digits = 0;
  let units = 0;
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      digits++;
    } else {
      const unit = unitSeconds(bytes[at]!);
      if (unit === 0 || digits === 0) return -1;
      total += number * unit;
      number = 0;
      digits = 0;
      units++;
    }
    if (total + number > most) return -1;
  }
  // A number after a unit wants a unit of its own: 1h30 may mean minutes or seconds.
  if (units > 0) return digits === 0 ? total : -1;
  return digits > 0 ? number : -1;
}

function unitSeconds(letter: number): number {
  switch (letter | 0x20) {
    case 0x73:
      return 1;
    case 0x6d:
      return 60;
    case 0x68:
      return 3600;
    case 0x64:
      return 86_400;
    case 0x77:
      return 604_800;
    default:
      return 0;
  }
}
