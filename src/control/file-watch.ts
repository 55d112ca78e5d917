import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock, Timer } from '../runtime/clock.ts';
import { type SeenFile, signatureOf } from './file-signature.ts';

/** Editors and deployments write in several steps: wait until they are through. */
const SETTLE_MS = 300;

/** Some file systems tell nobody of changes (network mounts): look from time to time. */
const SWEEP_MS = 30_000;

/**
 * Tells when any of a set of files has changed, appeared or vanished. Watches their folders, since a file that is
 * replaced by renaming is another file, and compares size, time and inode, since a folder has other files too.
 */
export class FileWatch {
  private readonly clock: Clock;
  private readonly onChange: () => void;
  private watchers = new Map<string, FSWatcher>();
  private seen = new Map<string, string>();
  private settle: Timer | undefined;
  private sweep: Timer | undefined;

  constructor(clock: Clock, onChange: () => void) {
    this.clock = clock;
    this.onChange = onChange;
  }

  /** Watches these files from now on, and no others. Tells soon if one has changed since it was seen. */
  set(files: readonly SeenFile[]): void {
    this.seen = new Map(files.map(({ path, signature }) => [path, signature]));
    this.watchFolders();
  }

  /** Watches these files too. */
  add(files: readonly SeenFile[]): void {
    for (const { path, signature } of files) this.seen.set(path, signature);
    this.watchFolders();
  }

  stop(): void {
    for (const watcher of this.watchers.values()) watcher.close();
    this.watchers.clear();
    this.settle?.cancel();
    this.sweep?.cancel();
  }

  private watchFolders(): void {
    const folders = new Set([...this.seen.keys()].map((path) => dirname(path)));
    for (const [folder, watcher] of this.watchers) {
      if (folders.has(folder)) continue;
      watcher.close();
      this.watchers.delete(folder);
    }
    for (const folder of folders) if (!this.watchers.has(folder)) this.open(folder);
    this.look(SETTLE_MS);
    this.armSweep();
  }

  private open(folder: string): void {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.look(SETTLE_MS));
      watcher.on('error', () => {
        // The folder is gone or can no longer be watched: the sweep remains.
        watcher.close();
        this.watchers.delete(folder);
      });
      this.watchers.set(folder, watcher);
    } catch {
      // No more watches to be had, or no such folder: the sweep remains.
    }
  }

  private look(afterMs: number): void {
    this.settle?.cancel();
    this.settle = this.clock.setTimer(() => this.compare(), afterMs);
  }

  private compare(): void {
    let changed = false;
    for (const [file, before] of this.seen) {
      const now = signatureOf(file);
      if (now === before) continue;
      this.seen.set(file, now);
      changed = true;
    }
    if (changed) this.onChange();
  }

  private armSweep(): void {
    this.sweep?.cancel();
    this.sweep = this.clock.setTimer(() => {
      this.compare();
      this.armSweep();
    }, SWEEP_MS);
  }
}
