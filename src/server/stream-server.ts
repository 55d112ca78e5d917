import { createServer, type Server, type Socket } from 'node:net';
import type { QueryContext } from '../query/context.ts';
import type { respond } from '../query/respond.ts';
import { QuerySource, Transport } from '../query/source.ts';
import { assert } from '../runtime/assert.ts';
import { type Clock, wallSeconds } from '../runtime/clock.ts';
import { limits } from '../runtime/limits.ts';
import type { WorkerLine } from './control-block.ts';
import { Tally } from './control-block.ts';
import type { ProxyNetworks } from './proxy-networks.ts';
import type { SnapshotInbox } from './snapshot-inbox.ts';
import { type ListenAddress, sourceFromText } from './sockaddr.ts';
import { Arrival, type ArrivalService } from './stream-arrival.ts';
import { StreamConnection, type StreamService } from './stream-connection.ts';
import { ConnectionTable } from './stream-connections.ts';
import { PendingAnswers } from './stream-pending.ts';
import { TlsFront } from './stream-tls.ts';
import { TurnLine, type TurnTaker } from './stream-turns.ts';
import type { StreamBounds, TlsIdentity } from './worker-messages.ts';

export interface StreamServerParts {
  readonly context: QueryContext;
  readonly inbox: Pick<SnapshotInbox, 'refresh'>;
  readonly line: WorkerLine;
  readonly respond: typeof respond;
  readonly clock: Clock;
  readonly bounds: StreamBounds;
  readonly proxies: ProxyNetworks;
  /** Answers that may wait for slow readers, in all: see `PendingAnswers`. */
  readonly pendingBytes: number;
  /** TLS handshakes under way at once. */
  readonly handshakes: number;
}

/** Serves DNS over streams: listeners, their connections, and the bounds on both. */
export class StreamServer implements StreamService, ArrivalService {
  readonly turns: TurnLine<TurnTaker>;
  readonly pending: PendingAnswers<StreamConnection>;
  private readonly parts: StreamServerParts;
  private readonly table: ConnectionTable<StreamConnection | Arrival>;
  /** Those of the table that have not begun with DNS, the oldest first. */
  private readonly arrivals = new Set<Arrival>();
  /** Those of them whose handshake is under way, in the order in which it began. */
  private readonly handshakes = new Set<Arrival>();
  private readonly listeners: Server[] = [];
  /** In the order in which they were opened. */
  private readonly fronts: TlsFront[] = [];

  constructor(parts: StreamServerParts) {
    this.parts = parts;
    this.turns = new TurnLine(parts.clock);
    this.pending = new PendingAnswers(parts.pendingBytes);
    this.table = new ConnectionTable(parts.bounds.connections, parts.bounds.perClient);
    parts.context.tcpIdleMs = parts.bounds.idleMs;
  }

  /** Listens for plain TCP, on a bound descriptor if there is one; resolves with the port, or rejects as Node does. */
  listenTcp(address: ListenAddress, fd?: number): Promise<number> {
    return this.listen(undefined, address, fd);
  }

  /** The same for TLS. */
  listenTls(address: ListenAddress, identity: TlsIdentity, fd?: number): Promise<number> {
    const front = new TlsFront(identity);
    this.fronts.push(front);
    return this.listen(front, address, fd);
  }

  /** What the TLS listeners show from now on, in the order in which they were opened. */
  show(identities: readonly TlsIdentity[]): void {
    for (const [i, front] of this.fronts.entries()) {
      const identity = identities[i];
      if (identity !== undefined) front.show(identity);
    }
  }

  /** Called a few times a second: ends connections that have been idle, or on their way, for too long. */
  sweep(): void {
    const { clock, bounds, line } = this.parts;
    const nowMs = clock.monotonicMs();
    line.tally[Tally.IDLE_CLOSED]! += this.table.closeIdle(nowMs - bounds.idleMs);
    for (const arrival of this.arrivals) {
      if (nowMs - arrival.activeMs < limits.tcpArrivalMs) break;
      arrival.expire();
    }
  }

  /** Takes no more connections, answers what has arrived, then ends each; at the latest after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const closed = this.listeners.map((server) => new Promise((resolve) => server.close(resolve)));
    // One turn of the event loop reads what the kernel holds already; an end sent before would cut it off.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    for (const entry of this.table.entries()) {
      if (entry instanceof StreamConnection) entry.finish();
      else entry.close();
    }
    const deadline = this.parts.clock.setTimer(() => {
      for (const entry of this.table.entries()) entry.close();
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
    const { inbox, context, clock, line } = this.parts;
    // The timer that beats runs once a round of the event loop, and a round may be long.
    line.beat();
    inbox.refresh();
    context.log.stamp();
    context.nowSeconds = wallSeconds(clock);
  }

  touched(connection: StreamConnection): void {
    connection.activeMs = this.parts.clock.monotonicMs();
    this.table.touch(connection);
  }

  stalled(connection: StreamConnection): void {
    this.parts.line.tally[Tally.UNREAD_CLOSED]! += this.pending.stall(connection);
  }

  closed(connection: StreamConnection): void {
    this.table.remove(connection);
  }

  named(arrival: Arrival): void {
    this.table.remove(arrival);
    this.enter(arrival);
  }

  securing(arrival: Arrival): void {
    this.handshakes.add(arrival);
    if (this.handshakes.size <= this.parts.handshakes) return;
    const [oldest] = this.handshakes;
    this.forget(oldest!);
    oldest!.close();
    this.parts.line.tally[Tally.EVICTED]!++;
  }

  arrived(arrival: Arrival, socket: Socket): void {
    this.forget(arrival);
    this.serve(socket, arrival.source);
  }

  lost(arrival: Arrival): void {
    this.forget(arrival);
    if (arrival.dismissed) return;
    this.parts.line.tally[arrival.phase === 'proxy' ? Tally.PROXY_CLOSED : Tally.HANDSHAKE_CLOSED]!++;
  }

  private listen(front: TlsFront | undefined, address: ListenAddress, fd?: number): Promise<number> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      this.accept(socket, front),
    );
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

  private accept(socket: Socket, front: TlsFront | undefined): void {
    const source = new QuerySource();
    if (!sourceFromText(socket.remoteAddress, source)) {
      socket.destroy();
      return;
    }
    source.port = socket.remotePort ?? 0;
    this.parts.line.beat();
    this.count(socket, front === undefined ? Tally.TCP_CONNECTIONS : Tally.TLS_CONNECTIONS);
    const proxied = this.parts.proxies.contains(source);
    source.transport = front === undefined ? Transport.TCP : Transport.TLS;
    if (!proxied && front === undefined) {
      this.serve(socket, source);
      return;
    }
    const first = proxied ? 'proxy' : 'hello';
    const nowMs = this.parts.clock.monotonicMs();
    const arrival = new Arrival(socket, source, first, front, nowMs, this);
    this.arrivals.add(arrival);
    this.enter(arrival);
    arrival.begin();
  }

  private count(socket: Socket, gauge: number): void {
    const { tally } = this.parts.line;
    tally[Tally.ACCEPTED]!++;
    tally[gauge]!++;
    socket.on('close', () => tally[gauge]!--);
  }

  private serve(socket: Socket, source: QuerySource): void {
    this.enter(new StreamConnection(socket, source, this.parts.clock.monotonicMs(), this));
  }

  private enter(entry: StreamConnection | Arrival): void {
    if (this.table.add(entry) !== undefined) this.parts.line.tally[Tally.EVICTED]!++;
  }

  private forget(arrival: Arrival): void {
    this.table.remove(arrival);
    this.arrivals.delete(arrival);
    this.handshakes.delete(arrival);
  }
}
