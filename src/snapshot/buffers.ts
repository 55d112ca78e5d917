import type { Settings } from './settings.ts';

/**
 * What the control plane publishes and a worker adopts: flat buffers and the settings under one generation number.
 * The buffers are never written after publication. A health change replaces `rotation` only.
 */
export interface SnapshotBuffers {
  readonly generation: number;
  /** Names, record sets and steered names (`snapshot/image.ts`). */
  readonly image: SharedArrayBuffer;
  /** Client prefix → number, one map a view (`geo/map.ts`). */
  readonly views: readonly SharedArrayBuffer[];
  /** Label → region (`steering/owners.ts`). */
  readonly owners: readonly SharedArrayBuffer[];
  /** What each steered name is answered with now (`snapshot/rotation.ts`). */
  readonly rotation: SharedArrayBuffer;
  readonly settings: Settings;
}
