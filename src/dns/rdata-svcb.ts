import { quote } from './quote.ts';
import type { Field } from './rdata-field.ts';
import { formatString } from './string-text.ts';
import { formatServiceKey, formatServiceValue, parseServiceKey, readServiceValue } from './svcb-value.ts';
import { WireReader, WireWriter } from './wire.ts';
import { WordFlag, type Words } from './words.ts';
import { copyBytes } from './words-string.ts';

const mandatory = 0;
const alpn = 1;
const noDefaultAlpn = 2;

/** The SvcParams of SVCB and HTTPS (RFC 9460 §2.1, §2.2): any order in text, ascending on the wire. */
export const serviceParameters: Field = {
  read(words, out) {
    const parameters = new Map<number, Uint8Array>();
    let wrong: string | undefined;
    while (!words.atEnd && wrong === undefined) wrong = readParameter(words, parameters);
    wrong ??= contradiction(parameters);
    if (wrong !== undefined) words.fail(wrong);
    for (const [key, value] of [...parameters].sort(([a], [b]) => a - b)) {
      out.u16(key);
      out.u16(value.length);
      out.put(value);
    }
  },
  write(wire) {
    const parameters = new Map<number, Uint8Array>();
    const texts: string[] = [];
    for (let last = -1; wire.left > 0; ) {
      const key = wire.u16();
      const value = wire.take(wire.u16());
      const text = formatServiceValue(key, value);
      if (key <= last || key === 0xffff || text === undefined) wire.fail();
      last = key;
      parameters.set(key, value);
      texts.push(formatServiceKey(key) + (text?.length ? `=${formatString(text)}` : ''));
    }
    if (contradiction(parameters) !== undefined) wire.fail();
    return texts.join(' ');
  },
};

/** Reads `key`, `key=value` or `key="value"`; returns what is wrong with it. */
function readParameter(words: Words, parameters: Map<number, Uint8Array>): string | undefined {
  const word = words.take('a service parameter');
  if (words.is(word, WordFlag.QUOTED)) return 'a service parameter starts with its key, not with a quote';
  const raw = words.raw(word);
  const equals = raw.indexOf('=');
  const keyText = (equals < 0 ? raw : raw.slice(0, equals)).toLowerCase();
  const key = parseServiceKey(keyText);
  if (key === undefined) return `${quote(keyText)} is not a service parameter key`;
  if (parameters.has(key)) return `the service parameter ${keyText} stands twice`;
  const text = new WireWriter(raw.length);
  if (equals >= 0) copyValue(words, word, equals + 1, text);
  const value = readServiceValue(keyText, text.bytes.subarray(0, text.length));
  if (typeof value === 'string') return value;
  parameters.set(key, value);
  return undefined;
}

/** The bytes behind `key=`, quotes taken off and escapes resolved. */
function copyValue(words: Words, word: number, skip: number, out: WireWriter): void {
  const inQuotes = words.is(word, WordFlag.INNER_QUOTE);
  const start = words.start(word) + skip + (inQuotes ? 1 : 0);
  const end = words.end(word) - (inQuotes ? 1 : 0);
  copyBytes(words, 'the service parameter', start, end, out.bytes.length, out);
}

/** What the parameters say against each other (RFC 9460 §7.1.1, §8); undefined when nothing. */
function contradiction(parameters: ReadonlyMap<number, Uint8Array>): string | undefined {
  if (parameters.has(noDefaultAlpn) && !parameters.has(alpn)) return 'no-default-alpn needs alpn beside it';
  const keys = new WireReader(parameters.get(mandatory) ?? new Uint8Array(0));
  while (keys.left > 0) {
    const key = keys.u16();
    if (!parameters.has(key)) return `mandatory names ${formatServiceKey(key)}, which is not there`;
  }
  return undefined;
}
