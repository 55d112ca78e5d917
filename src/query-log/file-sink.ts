import { Control, controlFrame } from './frame-streams.ts';
import { appendWhole, type FileSystem, isAt, type OpenLog, openLog, shiftLogs } from './log-files.ts';
import { Retry } from './retry.ts';
import type { Sink, SinkEvents } from './sink.ts';

export interface FileSinkOptions {
  readonly path: string;
  /** The file is rotated before it grows larger; undefined: it is left to others. */
  readonly maxBytes: number | undefined;
  /** Files kept beside the one that is written. */
  readonly keep: number;
  /** Of frame streams; undefined for text. */
  readonly contentType: string | undefined;
}

/**
 * A regular file, written in the log's own thread: a call that blocks blocks nothing else. A block that the disk has
 * no room for is taken back whole and waits.
 */
export class FileSink implements Sink {
  private readonly options: FileSinkOptions;
  private readonly events: SinkEvents;
  private readonly files: FileSystem;
  private readonly nowMs: () => number;
  private readonly retry = new Retry();
  private open: OpenLog | undefined;
  private size = 0;
  private pending: { readonly block: Uint8Array; readonly records: number } | undefined;

  /** `nowMs`: monotonic. */
  constructor(options: FileSinkOptions, events: SinkEvents, files: FileSystem, nowMs: () => number) {
    this.options = options;
    this.events = events;
    this.files = files;
    this.nowMs = nowMs;
  }

  get ready(): boolean {
    return this.open !== undefined && !this.holding;
  }

  get holding(): boolean {
    return this.pending !== undefined;
  }

  write(block: Uint8Array, records: number): void {
    this.pending = { block, records };
    this.flush();
  }

  tend(): void {
    if (!this.ready && this.retry.isDue(this.nowMs())) this.flush();
  }

  reopen(): void {
    if (this.open === undefined || isAt(this.files, this.options.path, this.open)) return;
    this.finish();
    this.flush();
  }

  close(): Promise<void> {
    this.finish();
    if (this.pending !== undefined) this.events.lost(this.pending.records);
    this.pending = undefined;
    return Promise.resolve();
  }

  /** Opens the file if need be and writes what waits; what fails is tried again later. */
  private flush(): void {
    try {
      if (this.open === undefined) this.begin();
      const { pending } = this;
      if (pending !== undefined) {
        this.append(pending.block);
        this.pending = undefined;
        this.events.written(pending.records);
      }
      this.retry.worked();
      this.events.well();
    } catch (error) {
      this.retry.failed(this.nowMs());
      this.events.trouble((error as Error).message);
    }
  }

  private append(block: Uint8Array): void {
    const { maxBytes, path, keep } = this.options;
    const first = this.first().length;
    if (maxBytes !== undefined && this.size > first && this.size + block.length + first > maxBytes) {
      this.finish();
      shiftLogs(this.files, path, keep);
      this.begin();
    }
    this.put(block);
  }

  /** A frame stream ends with its STOP: nothing can follow it in the same file, so an old one makes room. */
  private begin(): void {
    const { path, keep, contentType } = this.options;
    let open = openLog(this.files, path);
    if (contentType !== undefined && open.bytes > 0) {
      this.files.closeSync(open.fd);
      shiftLogs(this.files, path, keep);
      open = openLog(this.files, path);
    }
    this.open = open;
    this.size = open.bytes;
    try {
      this.put(this.first());
    } catch (error) {
      this.finish();
      throw error;
    }
  }

  private finish(): void {
    if (this.open === undefined) return;
    const { fd } = this.open;
    try {
      if (this.options.contentType !== undefined && this.size > 0) this.put(controlFrame(Control.STOP));
    } catch {
      // Readers take the end of the file for the end of the stream.
    }
    this.open = undefined;
    try {
      this.files.closeSync(fd);
    } catch {
      // The descriptor is gone all the same.
    }
  }

  private put(bytes: Uint8Array): void {
    appendWhole(this.files, this.open!.fd, bytes);
    this.size += bytes.length;
  }

  private first(): Uint8Array {
    const { contentType } = this.options;
    return contentType === undefined ? new Uint8Array(0) : controlFrame(Control.START, contentType);
  }
}
