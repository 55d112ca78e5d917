import { createServer, type Server, type Socket } from 'node:net';
import type { QueryContext } from '../query/context.ts';
import type { respond } from '../query/respond.ts';
import { QuerySource, Transport } from '../query/source.ts';
import { assert } from '../runtime/assert.ts';
import { type Clock, wallSeconds } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import type { WorkerLine } from './control-block.ts';
import { Tally } from './control-block.ts';
import type { SnapshotInbox } from './snapshot-inbox.ts';
import { type ListenAddress, sourceFromText } from './sockaddr.ts';
import { StreamConnection, type StreamService } from './stream-connection.ts';
import { ConnectionTable } from './stream-connections.ts';

export interface StreamServerParts {
  readonly context: QueryContext;
  readonly inbox: Pick<SnapshotInbox, 'refresh'>;
  readonly line: WorkerLine;
  readonly respond: typeof respond;
  readonly clock: Clock;
  /** Defaults are `limits.tcp…`; tests make them small. */
  readonly connections?: number;
  readonly connectionsPerClient?: number;
  readonly idleMs?: number;
}

/** Serves DNS over streams: listeners, their connections, and the bounds on both. */
export class StreamServer implements StreamService {
  private readonly parts: StreamServerParts;
  private readonly table: ConnectionTable<StreamConnection>;
  private readonly listeners: Server[] = [];
  private readonly idleMs: number;

  constructor(parts: StreamServerParts) {
    this.parts = parts;
    this.idleMs = parts.idleMs ?? limits.tcpIdleMs;
    this.table = new ConnectionTable(
      parts.connections ?? limits.tcpConnections,
      parts.connectionsPerClient ?? limits.tcpConnectionsPerClient,
    );
  }

  /** Listens for plain TCP, on a bound descriptor if there is one; resolves with the port, or rejects as Node does. */
  listenTcp(address: ListenAddress, fd?: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true });
    return this.listen(server, 'connection', address, fd);
  }

  /** Called a few times a second: ends connections that have been idle for too long. */
  sweep(): void {
    const closed = this.table.closeIdle(this.parts.clock.monotonicMs() - this.idleMs);
    this.parts.line.tally[Tally.IDLE_CLOSED]! += closed;
  }

  /** Takes no more connections, answers what has arrived, then ends each; at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const closed = this.listeners.map((server) => new Promise((resolve) => server.close(resolve)));
    // One turn of the event loop reads what the kernel holds already; an end sent before would cut it off.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    for (const connection of this.table.entries()) connection.finish();
    const deadline = this.parts.clock.setTimer(() => {
      for (const connection of this.table.entries()) connection.close();
    }, graceMs);
    await Promise.all(closed);
    deadline.cancel();
  }

  answer(connection: StreamConnection, message: Uint8Array, out: Uint8Array): number {
    const { tally } = this.parts.line;
    tally[Tally.RECEIVED]!++;
    try {
      const length = this.parts.respond(message, message.length, connection.source, this.parts.context, out);
      assert(length <= out.length, 'an answer fits where it was written');
      if (length > 0) tally[Tally.ANSWERED]!++;
      return length;
    } catch {
      tally[Tally.FAULTS]!++;
      return 0;
    }
  }

  refresh(): void {
    const { inbox, context, clock } = this.parts;
    inbox.refresh();
    context.log.stamp();
    context.nowSeconds = wallSeconds(clock);
  }

  touched(connection: StreamConnection): void {
    this.table.touch(connection, this.parts.clock.monotonicMs());
  }

  closed(connection: StreamConnection): void {
    this.table.remove(connection);
    this.parts.line.tally[Tally.CONNECTIONS] = this.table.size;
  }

  /** `event` is what the listener says when a connection is ready for DNS: TLS has its own word for it. */
  private listen(server: Server, event: string, address: ListenAddress, fd?: number): Promise<number> {
    server.on(event, (socket: Socket) => this.accept(socket));
    this.listeners.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('listening', () => {
        server.off('error', reject);
        // Such as no file descriptor left for a new connection: that one is lost, the listener goes on.
        server.on('error', () => this.parts.line.tally[Tally.SEND_ERRORS]!++);
        const bound = server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
      });
      const backlog = limits.tcpBacklog;
      if (fd !== undefined) server.listen({ fd, backlog });
      else
        server.listen({ host: address.host, port: address.port, ipv6Only: true, exclusive: true, backlog });
    });
  }

  private accept(socket: Socket): void {
    const source = new QuerySource();
    if (!sourceFromText(socket.remoteAddress, source)) {
      socket.destroy();
      return;
    }
    source.transport = Transport.TCP;
    source.port = socket.remotePort ?? 0;
    // A v6 client owns a whole /64 (RFC 6177): it counts as one.
    const client = source.family === 4 ? `${source.w0}` : `${source.w0}:${source.w1}`;
    const connection = new StreamConnection(socket, source, client, this.parts.clock.monotonicMs(), this);
    const { tally } = this.parts.line;
    tally[Tally.ACCEPTED]!++;
    if (this.table.add(connection) !== undefined) tally[Tally.EVICTED]!++;
    tally[Tally.CONNECTIONS] = this.table.size;
  }
}
