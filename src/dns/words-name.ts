import { limits } from '../runtime/limits.ts';
import { parseName } from './names.ts';
import type { WireWriter } from './wire.ts';
import type { Words } from './words.ts';

const dot = 0x2e;
const backslash = 0x5c;
const at = 0x40;

/** Takes a domain name and writes its wire form; a fault writes nothing. */
export function readName(words: Words, what: string, out: WireWriter): void {
  const word = words.takePlain(what);
  if (word < 0 || !out.room(limits.nameBytes)) return;
  const end = copyPlainName(words, word, out);
  if (end > 0) {
    out.length = end;
    return;
  }
  const text = words.file.toString(
    'utf8',
    words.start(word),
    Math.min(words.end(word), words.start(word) + 1200),
  );
  const result = parseName(text, words.origin);
  if (result.ok) out.put(result.name);
  else words.fail(`${what}: ${result.reason}`);
}

/**
 * The path of nearly every name: bytes are copied, no string is made. Returns where the name ends in `out`, or 0
 * when the name has an escape, a special form or a fault, which `parseName` then handles.
 */
function copyPlainName(words: Words, word: number, out: WireWriter): number {
  const { file, origin } = words;
  const start = words.start(word);
  const end = words.end(word);
  if (end - start + 1 + origin.length > limits.nameBytes) return 0;
  const bytes = out.bytes;
  let labelAt = out.length;
  let write = labelAt + 1;
  for (let i = start; i < end; i++) {
    const byte = file[i]!;
    if (byte === dot) {
      const length = write - labelAt - 1;
      if (length === 0 || length > limits.labelBytes) return 0;
      bytes[labelAt] = length;
      labelAt = write++;
    } else {
      if (byte === backslash || byte === at || byte > 0x7e) return 0;
      bytes[write++] = byte;
    }
  }
  const last = write - labelAt - 1;
  if (last > limits.labelBytes) return 0;
  bytes[labelAt] = last;
  if (last === 0) return write;
  bytes.set(origin, write);
  return write + origin.length;
}
