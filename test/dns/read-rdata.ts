import { parseName } from '../../src/dns/names.ts';
import { parseRdata } from '../../src/dns/rdata.ts';
import { WireWriter } from '../../src/dns/wire.ts';
import { Words } from '../../src/dns/words.ts';
import { Tokenizer } from '../../src/zone/tokenizer.ts';

const out = new WireWriter();

/** Record data from text, names relative to example.com.; a fault as its message. */
export function readRdata(type: number, text: string): Uint8Array | string {
  const words = new Words(Buffer.from(text, 'latin1'));
  const origin = parseName('example.com.');
  if (origin.ok) words.origin = origin.name;
  new Tokenizer(words).next();
  if (words.fault === undefined) parseRdata(type, words, out);
  return words.fault?.message ?? out.bytes.slice(0, out.length);
}

/** The same as hex. */
export function readHex(type: number, text: string): string {
  const data = readRdata(type, text);
  return typeof data === 'string' ? data : Buffer.from(data).toString('hex');
}
