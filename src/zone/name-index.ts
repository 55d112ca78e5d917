import type { WireName } from '../dns/names.ts';

/**
 * Numbers distinct names from 0, case folded (RFC 4343): an open-addressed table over one growing buffer of
 * name bytes, because a map with a string for each of a million names would need ten times the memory.
 */
export class NameIndex {
  count = 0;
  /** Number + 1 of the name in each slot, 0 for a free slot; a power of two, at most half full. */
  private slots = new Int32Array(16);
  private hashes = new Int32Array(8);
  /** Where each name starts in `bytes`. */
  private starts = new Uint32Array(8);
  private bytes = new Uint8Array(256);
  private used = 0;

  /** The number of the name, a new one when the name is new. */
  add(name: WireName): number {
    const hash = hashName(name, 0);
    const slot = this.slotOf(name, 0, hash);
    if (this.slots[slot]! > 0) return this.slots[slot]! - 1;
    this.slots[slot] = this.count + 1;
    this.append(name, hash);
    if (2 * this.count > this.slots.length) this.grow();
    return this.count - 1;
  }

  /** The number of the name that starts at `at` in `name`; -1 when it is not there. */
  find(name: WireName, at = 0): number {
    return this.slots[this.slotOf(name, at, hashName(name, at))]! - 1;
  }

  /** The name with this number, folded to lower case. */
  name(number: number): WireName {
    const start = this.starts[number]!;
    const end = number + 1 < this.count ? this.starts[number + 1]! : this.used;
    return this.bytes.subarray(start, end);
  }

  private slotOf(name: WireName, at: number, hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot]! > 0; slot = (slot + 1) & mask) {
      const number = this.slots[slot]! - 1;
      if (this.hashes[number] === hash && this.isSame(number, name, at)) break;
    }
    return slot;
  }

  private isSame(number: number, name: WireName, at: number): boolean {
    const start = this.starts[number]!;
    const end = number + 1 < this.count ? this.starts[number + 1]! : this.used;
    if (end - start !== name.length - at) return false;
    for (let i = 0; start + i < end; i++) if (this.bytes[start + i] !== fold(name[at + i]!)) return false;
    return true;
  }

  private append(name: WireName, hash: number): void {
    if (this.count === this.hashes.length) {
      this.hashes = copyInto(new Int32Array(2 * this.count), this.hashes);
      this.starts = copyInto(new Uint32Array(2 * this.count), this.starts);
    }
    if (this.used + name.length > this.bytes.length) {
      this.bytes = copyInto(new Uint8Array(2 * this.bytes.length), this.bytes);
    }
    this.hashes[this.count] = hash;
    this.starts[this.count++] = this.used;
    for (let i = 0; i < name.length; i++) this.bytes[this.used++] = fold(name[i]!);
  }

  private grow(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      let slot = this.hashes[number]! & mask;
      while (this.slots[slot]! > 0) slot = (slot + 1) & mask;
      this.slots[slot] = number + 1;
    }
  }
}

function copyInto<T extends Uint8Array | Int32Array | Uint32Array>(larger: T, old: T): T {
  larger.set(old);
  return larger;
}

/** FNV-1a over folded bytes, its bits mixed once more because the table uses the lowest. */
function hashName(name: WireName, at: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = at; i < name.length; i++) hash = Math.imul(hash ^ fold(name[i]!), 0x01000193);
  return hash ^ (hash >>> 15);
}

function fold(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte;
}
