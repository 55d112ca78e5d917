import type { Random } from '../src/runtime/random.ts';

/** Bytes at which parsers tend to go wrong: ends of ranges, pointers, label and length limits. */
const telling = [0x00, 0x01, 0x0c, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xfe, 0xff];

const LARGEST = 65_535;

/** A copy of `input` with one to eight random changes; `other` is material to splice in. */
export function mutate(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes: Uint8Array = input.slice();
  for (let left = 1 + random.below(8); left > 0; left--) bytes = change(bytes, other, random);
  return bytes.subarray(0, LARGEST);
}

function change(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1);
  switch (random.below(8)) {
    case 0:
      return withByte(bytes, at, (byte) => byte ^ (1 << random.below(8)));
    case 1:
      return withByte(bytes, at, () => telling[random.below(telling.length)]!);
    case 2:
      return withByte(bytes, at, () => random.below(256));
    case 3:
      return bytes.slice(0, at);
    case 4:
      return concat(bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + random.below(8))));
    case 5:
      return concat(bytes.subarray(0, at), noise(1 + random.below(16), random), bytes.subarray(at));
    case 6: {
      const from = random.below(bytes.length + 1);
      const piece = bytes.subarray(from, from + random.below(32));
      return concat(bytes.subarray(0, at), piece, bytes.subarray(at));
    }
    default: {
      const from = random.below(other.length + 1);
      return concat(bytes.subarray(0, at), other.subarray(from));
    }
  }
}

function withByte(bytes: Uint8Array, at: number, turn: (byte: number) => number): Uint8Array {
  if (at < bytes.length) bytes[at] = turn(bytes[at]!);
  return bytes;
}

function noise(length: number, random: Random): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256));
}

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
