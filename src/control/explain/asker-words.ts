import { formatAddress } from '../../ip/address.ts';
import { embeddedBits, embeddedIpv4 } from '../../ip/embedded.ts';
import { type Asker, HASH_PREFIX_4, HASH_PREFIX_6 } from '../../steering/asker.ts';
import { Order } from '../../steering/nodes.ts';

/** What a hash is made of: the client's prefix, or the label of the question. */
export function hashedWords(asker: Asker, order: typeof Order.PREFIX | typeof Order.LABEL): string {
  return order === Order.PREFIX ? hashedPrefix(asker) : `\`${labelOf(asker)}\``;
}

/** `81.2.69.0/24` */
export function hashedPrefix({ family, w0, w1, w2, w3 }: Asker): string {
  const carried = family === 6 ? embeddedBits(w0, w1, w2) : 0;
  if (family === 4 || carried !== 0) {
    const word = carried === 0 ? w0 : embeddedIpv4(w0, w1, w3);
    return `${formatAddress({ family: 4, bytes: bytesOf([word & 0xffffff00]) })}/${HASH_PREFIX_4}`;
  }
  const bytes = bytesOf([w0, w1 & 0xffff0000, 0, 0]);
  return `${formatAddress({ family: 6, bytes })}/${HASH_PREFIX_6}`;
}

/** The label that stands for the steered wildcard; what is not printable as `\123`. */
export function labelOf({ name, labelAt }: Asker): string {
  return [...name.subarray(labelAt + 1, labelAt + 1 + name[labelAt]!)]
    .map((byte) =>
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`,
    )
    .join('');
}

function bytesOf(words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word >>> 0);
  return bytes;
}
