import { RrType, typeName } from './constants.ts';
import { propertyTag } from './rdata-caa.ts';
import { algorithm, coveredType, digest, signatureTime, typeBitmap } from './rdata-dnssec.ts';
import { base32hex, base64, formatHex, hex, salt, writeHex } from './rdata-encoding.ts';
import * as field from './rdata-field.ts';
import { location } from './rdata-loc.ts';
import { serviceParameters } from './rdata-svcb.ts';
import { WireReader, type WireWriter } from './wire.ts';
import { WordFlag, type Words } from './words.ts';

const { u8, u16, u32, seconds, name, characterString, characterStrings, longString } = field;

const text = [characterStrings('the text')];
const certificate = [u8('the usage'), u8('the selector'), u8('the matching type'), hex('the data')];
const delegationSigner = [u16('the key tag'), algorithm, digest];
const key = [u16('the flags'), u8('the protocol'), algorithm, base64('the key')];
const service = [u16('the priority'), name('the service target'), serviceParameters];

/** What the data of each type is made of, in the order of text and wire. */
const layouts = new Map<number, readonly field.Field[]>([
  [RrType.A, [field.ipv4]],
  [RrType.AAAA, [field.ipv6]],
  [RrType.NS, [name('the name server')]],
  [RrType.CNAME, [name('the canonical name')]],
  [RrType.DNAME, [name('the new suffix')]],
  [RrType.PTR, [name('the name')]],
  [
    RrType.SOA,
    [
      ...[name('the primary server'), name('the mailbox'), u32('the serial'), seconds('refresh')],
      ...[seconds('retry'), seconds('expire'), seconds('the negative TTL')],
    ],
  ],
  [RrType.MX, [u16('the preference'), name('the mail server')]],
  [RrType.TXT, text],
  [RrType.SPF, text],
  [RrType.HINFO, [characterString('the CPU'), characterString('the operating system')]],
  [RrType.SRV, [u16('the priority'), u16('the weight'), u16('the port'), name('the target')]],
  [RrType.CAA, [u8('the flags'), propertyTag, longString('the value', 0)]],
  [RrType.URI, [u16('the priority'), u16('the weight'), longString('the URI', 1)]],
  [
    RrType.NAPTR,
    [
      ...[u16('the order'), u16('the preference'), characterString('the flags')],
      ...[characterString('the service'), characterString('the expression'), name('the replacement')],
    ],
  ],
  [RrType.LOC, [location]],
  [RrType.SSHFP, [u8('the algorithm'), u8('the fingerprint type'), hex('the fingerprint')]],
  [RrType.TLSA, certificate],
  [RrType.SMIMEA, certificate],
  [RrType.OPENPGPKEY, [base64('the key')]],
  [RrType.DS, delegationSigner],
  [RrType.CDS, delegationSigner],
  [RrType.DNSKEY, key],
  [RrType.CDNSKEY, key],
  [
    RrType.RRSIG,
    [
      ...[coveredType, algorithm, u8('the label count'), u32('the original TTL')],
      ...[signatureTime('the expiration'), signatureTime('the inception'), u16('the key tag')],
      ...[name('the signer'), base64('the signature')],
    ],
  ],
  [RrType.NSEC, [name('the next name'), typeBitmap]],
  [
    RrType.NSEC3,
    [
      ...[u8('the hash algorithm'), u8('the flags'), u16('the iterations'), salt],
      ...[base32hex('the next hash'), typeBitmap],
    ],
  ],
  [RrType.NSEC3PARAM, [u8('the hash algorithm'), u8('the flags'), u16('the iterations'), salt]],
  [RrType.SVCB, service],
  [RrType.HTTPS, service],
]);

/**
 * Reads the words that are left as data of `type` and leaves its uncompressed wire form in `out`. Every type
 * may be written as `\# length hex` (RFC 3597 §5). Returns false with a fault in `words`.
 */
export function parseRdata(type: number, words: Words, out: WireWriter): boolean {
  out.clear();
  const layout = layouts.get(type);
  if (isGeneric(words)) readGeneric(type, words, out);
  else if (layout === undefined) words.fail(`${typeName(type)} needs its data as \\# length hex`, words.next);
  else {
    for (const part of layout) {
      part.read(words, out);
      if (words.fault !== undefined) return false;
    }
  }
  if (out.full) words.fail(`the data is longer than ${out.bytes.length} bytes`, words.count - 1);
  if (!words.atEnd) {
    words.fail(`${words.shown(words.next)} stands behind the end of the ${typeName(type)} data`, words.next);
  }
  return words.fault === undefined;
}

/** The data as one line of master file text; data that does not fit its type in the form of RFC 3597. Never throws. */
export function formatRdata(type: number, rdata: Uint8Array): string {
  return formatKnown(type, rdata) ?? `\\# ${rdata.length} ${formatHex(rdata)}`.trimEnd();
}

/** Undefined when the type has no layout or the data does not fit it. */
function formatKnown(type: number, rdata: Uint8Array): string | undefined {
  const layout = layouts.get(type);
  if (layout === undefined) return undefined;
  const wire = new WireReader(rdata);
  const parts: string[] = [];
  for (const part of layout) {
    parts.push(part.write(wire));
    if (wire.failed) return undefined;
  }
  return wire.left === 0 ? parts.filter((part) => part !== '').join(' ') : undefined;
}

function isGeneric(words: Words): boolean {
  const word = words.next;
  if (word >= words.count || words.end(word) - words.start(word) !== 2) return false;
  return !words.is(word, WordFlag.QUOTED) && words.raw(word) === '\\#';
}

function readGeneric(type: number, words: Words, out: WireWriter): void {
  const mark = words.next++;
  const length = words.number('the length', out.bytes.length);
  if (!words.atEnd) writeHex(words, 'the data', words.rest('the data'), out);
  if (words.fault !== undefined) return;
  if (out.length !== length) {
    words.fail(`the data has ${out.length} bytes; its length says ${length}`, mark);
  } else if (layouts.has(type) && formatKnown(type, out.bytes.subarray(0, length)) === undefined) {
    words.fail(`the data is not that of ${typeName(type)}`, mark);
  }
}
