import type { WireName } from '../dns/names.ts';
import { WireWriter } from '../dns/wire.ts';
import { limits } from '../runtime/limits.ts';

/** What carries over from entry to entry of one file. */
export class Section {
  readonly file: string;
  /** Files included on the way here. */
  readonly depth: number;
  origin: WireName;
  /** Of $TTL; -1 while there was none. */
  defaultTtl: number;
  /** The TTL stated last; -1 while there was none. */
  statedTtl: number;
  /** The TTL of the record that is being read. */
  ttlSeconds = 0;
  /** The owner name of the last record; empty when there is none or it had a fault. */
  readonly owner = new WireWriter(limits.nameBytes);
  /** Whether an owner name has been written, right or wrong. */
  hasOwner = false;
  private readonly parent: Section | undefined;

  constructor(file: string, origin: WireName, parent: Section | undefined) {
    this.file = file;
    this.origin = origin;
    this.parent = parent;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.defaultTtl = parent?.defaultTtl ?? -1;
    this.statedTtl = parent?.statedTtl ?? -1;
  }

  /** An entry with an owner name begins. When the name turns out faulty, records without one that follow belong to none. */
  startOwner(): void {
    this.owner.clear();
    this.hasOwner = true;
  }

  isInside(file: string): boolean {
    return this.file === file || (this.parent?.isInside(file) ?? false);
  }
}
