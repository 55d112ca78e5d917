import type { Field } from './rdata-field.ts';
import type { Words } from './words.ts';

/** Latitude, longitude, altitude, size and precisions of LOC (RFC 1876 §2, §3). */
export const location: Field = {
  read(words, out) {
    const latitude = readAngle(words, 'latitude', 90, 'N', 'S');
    const longitude = readAngle(words, 'longitude', 180, 'E', 'W');
    const altitude = readCentimetres(words, 'altitude', -10_000_000, 4_284_967_295) + 10_000_000;
    const sizes = [100, 1_000_000, 1000].map((standard, i) =>
      words.atEnd ? standard : readCentimetres(words, sizeNames[i]!, 0, 9e9),
    );
    out.u8(0);
    for (const size of sizes) out.u8(encodeSize(size));
    out.u32(latitude);
    out.u32(longitude);
    out.u32(altitude);
  },
  write(wire) {
    const version = wire.u8();
    const sizes = [wire.u8(), wire.u8(), wire.u8()];
    const latitude = wire.u32() - equator;
    const longitude = wire.u32() - equator;
    const altitude = wire.u32() - 10_000_000;
    const inside = Math.abs(latitude) <= 90 * degree && Math.abs(longitude) <= 180 * degree;
    if (version !== 0 || !inside || !sizes.every(isCanonicalSize)) wire.fail();
    const metres = [altitude, ...sizes.map(decodeSize)].map((length) => `${(length / 100).toFixed(2)}m`);
    return `${formatAngle(latitude, 'N', 'S')} ${formatAngle(longitude, 'E', 'W')} ${metres.join(' ')}`;
  },
};

const sizeNames = ['size', 'horizontal precision', 'vertical precision'];

/** The wire counts thousandths of an arc second from here. */
const equator = 0x80000000;
const degree = 3_600_000;

/** `d [m [s]] N|S`, as thousandths of an arc second with the equator's offset. */
function readAngle(words: Words, what: string, most: number, plus: string, minus: string): number {
  const parts: number[] = [];
  while (words.fault === undefined) {
    const text = words.plain(`the ${what}`).toUpperCase();
    const angle = Math.round(parts.reduce((sum, part, i) => sum + part * (degree / 60 ** i), 0));
    if ((text === plus || text === minus) && parts.length > 0) {
      if (angle > most * degree) words.fail(`the ${what} is more than ${most} degrees`);
      return text === plus ? equator + angle : equator - angle;
    }
    const pattern = parts.length === 2 ? /^\d{1,2}(\.\d{1,3})?$/ : /^\d{1,3}$/;
    const wrong = parts.length > 2 || !pattern.test(text) || (parts.length > 0 && Number(text) >= 60);
    if (wrong) words.fail(`the ${what} is not degrees, minutes, seconds and ${plus} or ${minus}`);
    parts.push(Number(text));
  }
  return 0;
}

function formatAngle(thousandths: number, plus: string, minus: string): string {
  const size = Math.abs(thousandths);
  const minutes = Math.floor(size / 60_000) % 60;
  const seconds = ((size % 60_000) / 1000).toFixed(3);
  return `${Math.floor(size / degree)} ${minutes} ${seconds} ${thousandths < 0 ? minus : plus}`;
}

/** Metres with up to two decimals and an optional `m`. */
function readCentimetres(words: Words, what: string, least: number, most: number): number {
  const text = words.plain(`the ${what}`);
  const match = /^(-?\d{1,8}(?:\.\d{1,2})?)m?$/i.exec(text);
  const value = match ? Math.round(Number(match[1]) * 100) : Number.NaN;
  if (value >= least && value <= most) return value;
  words.fail(`the ${what} is not a number of metres from ${least / 100} to ${most / 100}`);
  return 0;
}

/** Centimetres as one digit and a power of ten, rounded down (RFC 1876 §2). */
function encodeSize(centimetres: number): number {
  let power = 0;
  while (centimetres >= 10) {
    centimetres = Math.floor(centimetres / 10);
    power++;
  }
  return (centimetres << 4) | power;
}

function decodeSize(byte: number): number {
  return (byte >>> 4) * 10 ** (byte & 15);
}

/** Digits above 9 mean nothing, and zero has one form. */
function isCanonicalSize(byte: number): boolean {
  return byte >>> 4 <= 9 && (byte & 15) <= 9 && (byte >>> 4 > 0 || byte === 0);
}
