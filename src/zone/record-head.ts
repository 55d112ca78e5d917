import { RrClass, RrType, typeNumber } from '../dns/constants.ts';
import type { Words } from '../dns/words.ts';
import type { Section } from './section.ts';

/**
 * Takes TTL and class, both optional and in either order, and the type (RFC 1035 §5.1). Sets the section's
 * `ttlSeconds`; returns the type, 0 after a fault.
 */
export function readHead(words: Words, section: Section): number {
  let stated = -1;
  let hasClass = false;
  for (;;) {
    const word = words.next;
    if (stated < 0 && word < words.count && isDigit(words.file[words.start(word)]!)) {
      stated = words.ttl('the TTL');
      continue;
    }
    const text = words.plain('the record type');
    const known = types.get(text);
    const cls = hasClass || known !== undefined ? undefined : classNumber(text);
    if (cls === undefined) {
      setTtl(words, section, stated);
      return readType(words, text, known ?? typeNumber(text));
    }
    if (cls !== RrClass.IN) words.fail(`class ${text}; a zone has class IN`);
    hasClass = true;
  }
}

/** Without a TTL, a record has that of $TTL (RFC 2308 §4), else the one stated last (RFC 1035 §5.1). */
function setTtl(words: Words, section: Section, stated: number): void {
  if (stated >= 0) section.statedTtl = stated;
  section.ttlSeconds =
    stated >= 0 ? stated : section.defaultTtl >= 0 ? section.defaultTtl : section.statedTtl;
  if (section.ttlSeconds < 0) words.fail('the record has no TTL; write one, or $TTL before it');
}

function readType(words: Words, text: string, type: number | undefined): number {
  if (words.fault !== undefined) return 0;
  if (type === undefined) words.fail(`${words.shown(words.next - 1)} is not a record type`);
  else if (isMetaType(type)) words.fail(`${text} is a type of queries, not of records`);
  return type ?? 0;
}

/** The types as they are written nearly always, in capitals. */
const types = new Map<string, number>(Object.entries(RrType));

/** OPT and the range that RFC 6895 §3.1 sets apart for queries. */
function isMetaType(type: number): boolean {
  return type === 0 || type === RrType.OPT || (type >= 128 && type <= 255);
}

/** The number of a class name or of `CLASSnnn`; undefined when the text is none. */
function classNumber(text: string): number | undefined {
  if (text === 'IN') return RrClass.IN;
  const upper = text.toUpperCase();
  if (Object.hasOwn(classes, upper)) return classes[upper];
  const generic = /^CLASS(\d{1,5})$/.exec(upper);
  return generic ? Number(generic[1]) : undefined;
}

const classes: Readonly<Record<string, number>> = { ...RrClass, HS: 4, CS: 2 };

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
