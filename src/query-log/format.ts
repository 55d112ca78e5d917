import type { LogRecord } from './record.ts';

/** How records look in a file or on a socket. */
export interface LogFormat {
  /** The content type of frame streams; undefined for text, which has no frame around it. */
  readonly frames: string | undefined;
  /** Writes a record at `at`, where `limits.queryLogRecordBytes` are free; returns where it ends. */
  write(record: LogRecord, out: Buffer, at: number): number;
}
