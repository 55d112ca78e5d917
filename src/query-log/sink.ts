/** Where blocks of log go. One block is under way at a time, so that a slow sink holds no more memory than that. */
export interface Sink {
  /** Whether `write` may be called: open, and holding no block. */
  readonly ready: boolean;
  /** Whether a block is under way. */
  readonly holding: boolean;
  /** Begins to write a block of whole records. `block` stays untouched until the sink is ready again. */
  write(block: Uint8Array, records: number): void;
  /** Called many times a second: opens, tries again, gives up waiting. */
  tend(): void;
  /** Opens a file anew when its path leads to another one by now. */
  reopen(): void;
  /** Says goodbye and closes. Resolves at the latest after `limits.queryLogGoodbyeMs`. */
  close(): Promise<void>;
}

/** What a sink tells about itself. */
export interface SinkEvents {
  /** Records that the kernel has taken. */
  written(records: number): void;
  /** Records that were on their way and are lost. */
  lost(records: number): void;
  /** The sink cannot be written now; told once until it can be again. */
  trouble(reason: string): void;
  /** It can be written again, or for the first time. */
  well(): void;
}
