import type { Settings } from './settings.ts';

/**
 * What the control plane publishes and a worker adopts: three flat buffers and the settings under one generation number.
 * The buffers are never written after publication. A health change replaces `rotation` only.
 */
export interface SnapshotBuffers {
  readonly generation: number;
  /** Names, record sets and steered names (`snapshot/image.ts`). */
  readonly image: SharedArrayBuffer;
  /** Client prefix → ranking of regions (`geo/map.ts`). */
  readonly geo: SharedArrayBuffer;
  /** What each policy serves now (`snapshot/rotation.ts`). */
  readonly rotation: SharedArrayBuffer;
  readonly settings: Settings;
}
