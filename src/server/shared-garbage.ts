import { limits } from '../runtime/limits.ts';

/**
 * Lets V8 feel the weight of shared buffers that will soon be garbage. It does not count them, so a thread that
 * replaces a megabyte at each publish and allocates little else would keep gigabytes before it collects (measured).
 * A plain buffer of the same size is counted, never touched (so it takes no memory), and dropped at once.
 */
export function weighShared(bytes: number): void {
  try {
    void new ArrayBuffer(Math.min(bytes, limits.sharedWeightBytes));
  } catch {
    // No address space for it: memory is short enough for V8 to know by itself.
  }
}
