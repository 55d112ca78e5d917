import { limits } from '../runtime/limits.ts';

/** What the indexes in records mean from a generation on. */
export interface GenerationNames {
  /** The first generation made from this config. */
  readonly generation: number;
  readonly policies: readonly string[];
  readonly regions: readonly string[];
}

/** The names of policies and regions through all reloads that records in the rings may still know. */
export class NameBook {
  private readonly entries: GenerationNames[] = [];

  constructor(entries: readonly GenerationNames[]) {
    for (const entry of entries) this.add(entry);
  }

  /** In the order of generations. */
  add(entry: GenerationNames): void {
    this.entries.push(entry);
    if (this.entries.length > limits.queryLogNames) this.entries.shift();
  }

  policy(generation: number, index: number): string | undefined {
    return this.at(generation)?.policies[index];
  }

  region(generation: number, index: number): string | undefined {
    return this.at(generation)?.regions[index];
  }

  private at(generation: number): GenerationNames | undefined {
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const entry = this.entries[i]!;
      if (entry.generation <= generation) return entry;
    }
    return undefined;
  }
}
