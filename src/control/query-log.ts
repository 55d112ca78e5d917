import type { Config, QueryLogConfig } from '../config/model.ts';
import { LogCount, type LogReport, type LogStart } from '../query-log/messages.ts';
import type { GenerationNames } from '../query-log/names.ts';
import type { Clock } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import type { Log } from '../runtime/log.ts';
import { version } from '../runtime/version.ts';
import { LogLife } from './log-life.ts';
import type { LogRings } from './log-rings.ts';

/** The query log as the config wants it: which queries go into the rings, and the thread that empties them. */
export class QueryLog {
  private readonly rings: LogRings;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly countRestarts: (restarts: number) => void;
  private readonly counts = new SharedArrayBuffer(8 * LogCount.SIZE);
  private readonly names: GenerationNames[] = [];
  private named: Config | undefined;
  private thread: LogLife | undefined;
  private sink: { readonly to: string; up: boolean } | undefined;
  /** What the thread was started for, as text to compare. */
  private writing: string | undefined;
  /** Threads follow one another: a ring has one reader. */
  private change: Promise<void> = Promise.resolve();

  constructor(rings: LogRings, clock: Clock, log: Log, countRestarts: (restarts: number) => void) {
    this.rings = rings;
    this.clock = clock;
    this.log = log;
    this.countRestarts = countRestarts;
    rings.onChange = () => this.thread?.post({ kind: 'rings', rings: rings.numbered() });
  }

  /** Records that the kernel has taken from the log thread. */
  written(): number {
    return new Float64Array(this.counts)[LogCount.WRITTEN]!;
  }

  /** Records that found no room in a ring, or were lost with a connection. */
  dropped(): number {
    return this.rings.dropped() + this.lost();
  }

  /** Where the log goes and whether it can be written there, as of its last attempt; undefined when there is none. */
  state(): { readonly to: string; readonly up: boolean } | undefined {
    return this.sink;
  }

  /** To be called before any worker sees a snapshot of this generation: its indexes are those of `config`. */
  nameGeneration(generation: number, config: Config): void {
    if (config === this.named) return;
    this.named = config;
    const policies = config.policies.map(({ name }) => name);
    const names = { generation, policies, regions: config.regions.map(({ name }) => name) };
    this.names.push(names);
    if (this.names.length > limits.queryLogNames) this.names.shift();
    this.thread?.post({ kind: 'names', names });
  }

  /** Logs as this config says from now on. Costs the workers nothing but a word that they read anyway. */
  take({ queryLog, node }: Config): void {
    this.rings.setShare(queryLog?.share ?? 0);
    const writing = queryLog && JSON.stringify([node.name, { ...queryLog, share: undefined }]);
    if (writing === this.writing) return;
    this.writing = writing;
    this.change = this.change.then(async () => {
      await this.thread?.stop();
      this.sink = undefined;
      this.thread = queryLog && this.start(queryLog, node.name);
    });
  }

  /** Somebody may have moved the file away. */
  reopen(): void {
    this.thread?.post({ kind: 'reopen' });
  }

  /** Writes what the rings hold, closes. To be called when the workers have stopped. */
  async stop(): Promise<void> {
    await this.change;
    const lostBefore = this.lost();
    await this.thread?.stop();
    const lost = this.rings.unread() + this.lost() - lostBefore;
    if (lost === 0) return;
    const queries = lost === 1 ? '1 query was' : `${lost} queries were`;
    const to = this.sink === undefined ? '' : ` to ${this.sink.to}`;
    this.log.warn({ lost }, `the query log ends incomplete: ${queries} not written${to} before the stop`);
  }

  private lost(): number {
    return new Float64Array(this.counts)[LogCount.LOST]!;
  }

  private start({ format, to, addresses }: QueryLogConfig, name: string): LogLife {
    const sink = { to: 'socket' in to ? `unix:${to.socket}` : to.file, up: true };
    this.sink = sink;
    this.countRestarts(0);
    return new LogLife({
      clock: this.clock,
      start: (): LogStart => {
        // A thread tells of trouble; without a word from it all is well.
        sink.up = true;
        return {
          settings: { format, to, addresses },
          node: { name, version },
          rings: this.rings.numbered(),
          names: this.names,
          counts: this.counts,
        };
      },
      onReport: (report) => {
        sink.up = report.kind === 'well';
        this.tell(sink.to, report);
      },
      onEnd: (reason, restartMs) => {
        sink.up = false;
        this.countRestarts(1);
        this.log.warn({ reason, restartMs }, `the query log's thread ended (${reason}); it starts again`);
      },
    });
  }

  private tell(path: string, report: LogReport): void {
    if (report.kind === 'well') this.log.info({ path }, `the query log is written to ${path} again`);
    else
      this.log.warn({ path }, `the query log cannot be written to ${path}: ${report.reason}; trying again`);
  }
}
