/**
 * Hash of a name, built from the root downwards so that one pass over a name yields the hash of each ancestor.
 * The name table of the image and the parser of questions share it.
 */
export const ROOT_HASH = 0x2545f491;

/** Where a label's hash starts. */
export const LABEL_SEED = 0x811c9dc5 | 0;

/** One lower-cased byte of a label (FNV-1a). */
export function hashByte(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, 0x01000193);
}

/** The hash of a name from its parent's hash and its first label's. */
export function hashChild(parent: number, label: number): number {
  const mixed = Math.imul(parent ^ (label + 0x7f4a7c15), 0x9e3779b1 | 0);
  return mixed ^ (mixed >>> 15);
}

/** Hash of a whole lower-cased wire name starting at `at`; the image's builder and CNAME targets use it. */
export function hashName(name: Uint8Array, at = 0): number {
  const size = name[at]!;
  if (size === 0) return ROOT_HASH;
  let label = LABEL_SEED;
  for (let i = at + 1; i <= at + size; i++) label = hashByte(label, name[i]!);
  return hashChild(hashName(name, at + size + 1), label);
}
