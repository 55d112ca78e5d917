import type { Field } from './rdata-field.ts';

/** The tag of CAA: ASCII letters and digits behind a length byte (RFC 8659 §4.1). */
export const propertyTag: Field = {
  read(words, out) {
    const tag = words.plain('the property tag');
    if (!isTag(tag) && words.fault === undefined) words.fail('the property tag is not letters and digits');
    out.u8(tag.length);
    out.put(Buffer.from(tag, 'latin1'));
  },
  write(wire) {
    const tag = Buffer.from(wire.take(wire.u8())).toString('latin1');
    if (!isTag(tag)) wire.fail();
    return tag;
  },
};

function isTag(text: string): boolean {
  return /^[A-Za-z0-9]{1,255}$/.test(text);
}
