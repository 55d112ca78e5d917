import type { LogNode } from './dnstap.ts';
import type { GenerationNames } from './names.ts';
import type { Addresses } from './privacy.ts';
import type { NumberedRing } from './pump.ts';

/** How and where the log is written. */
export interface LogSettings {
  readonly format: 'json' | 'dnstap';
  readonly to: LogFile | { readonly socket: string };
  readonly addresses: Addresses;
}

export interface LogFile {
  readonly file: string;
  /** Undefined: no rotation by size. */
  readonly maxBytes: number | undefined;
  /** Old files kept. */
  readonly keep: number;
}

/** `workerData` of the log thread. */
export interface LogStart {
  readonly settings: LogSettings;
  readonly node: LogNode;
  readonly rings: readonly NumberedRing[];
  readonly names: readonly GenerationNames[];
  /** `LogCount`, doubles; the thread is their only writer. */
  readonly counts: SharedArrayBuffer;
}

export const LogCount = { WRITTEN: 0, LOST: 1, SIZE: 2 } as const;

/** What the main thread posts to the log thread. */
export type LogOrder =
  | { readonly kind: 'rings'; readonly rings: readonly NumberedRing[] }
  | { readonly kind: 'names'; readonly names: GenerationNames }
  | { readonly kind: 'reopen' }
  /** Write what the rings hold, close, end. */
  | { readonly kind: 'stop' };

/** What the log thread posts: changes of the sink's state, never one message a query. */
export type LogReport = { readonly kind: 'trouble'; readonly reason: string } | { readonly kind: 'well' };
