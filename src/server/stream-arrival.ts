import type { Socket } from 'node:net';
import type { QuerySource } from '../query/source.ts';
import { limits } from '../runtime/limits.ts';
import { ProxyHeader, readProxyHeader } from './proxy-header.ts';
import { clientOf, type TableEntry } from './stream-connections.ts';
import type { TlsFront } from './stream-tls.ts';
import type { TurnLine, TurnTaker } from './stream-turns.ts';

/** What an arrival tells the server. */
export interface ArrivalService {
  readonly turns: TurnLine<TurnTaker>;
  /** Called before each handshake. */
  refresh(): void;
  /** Its handshake is under way. May close another's. */
  securing(arrival: Arrival): void;
  /** Its PROXY header named the client: it counts as that client's from now on. */
  named(arrival: Arrival): void;
  /** DNS comes next, on `socket`; the arrival's part is over. */
  arrived(arrival: Arrival, socket: Socket): void;
  /** The socket closed before that. */
  lost(arrival: Arrival): void;
}

/**
 * A connection between accept and its first byte of DNS: it reads the PROXY header if the peer must send one, then
 * does the TLS handshake if the listener asks for it. Has a place in the table meanwhile, like any other. A handshake
 * costs as much as hundreds of queries: it begins when the client's hello is there, and in the client's turn.
 */
export class Arrival implements TableEntry, TurnTaker {
  readonly source: QuerySource;
  readonly activeMs: number;
  /** Unknown, and bounded only together with all others, until the PROXY header is there. */
  client: string | undefined;
  /** What it is waiting for. */
  phase: 'proxy' | 'hello' | 'handshake';
  /** Closed by a decision that is counted elsewhere. */
  dismissed = false;
  private readonly socket: Socket;
  private readonly tls: TlsFront | undefined;
  private readonly service: ArrivalService;
  private head: Uint8Array = new Uint8Array(0);

  constructor(
    socket: Socket,
    source: QuerySource,
    first: 'proxy' | 'hello',
    tls: TlsFront | undefined,
    nowMs: number,
    service: ArrivalService,
  ) {
    this.socket = socket;
    this.source = source;
    this.phase = first;
    this.tls = tls;
    this.activeMs = nowMs;
    this.service = service;
    if (first === 'hello') this.client = clientOf(source);
  }

  /** To be called once, when the table has it. */
  begin(): void {
    const { socket } = this;
    socket.on('error', this.expire);
    socket.on('close', this.lost);
    socket.on('end', this.expire);
    socket.on('readable', this.read);
  }

  close(): void {
    this.dismissed = true;
    this.socket.destroy();
  }

  /** Closes it as one that did not get through its phase. */
  readonly expire = (): void => {
    this.socket.destroy();
  };

  /** Its hello is there, and its client's turn has come. */
  turn(): void {
    const { socket, service } = this;
    if (socket.destroyed) return;
    service.refresh();
    this.phase = 'handshake';
    this.readNoMore(0);
    this.tls!.secure(socket, (secured) => this.hand(secured));
    service.securing(this);
  }

  private readonly lost = (): void => {
    this.service.turns.leave(this);
    this.service.lost(this);
  };

  /** `head` stays short: what is longer than its bound is broken as soon as its length is there. */
  private readonly read = (): void => {
    const chunk = this.socket.read() as Uint8Array | null;
    if (chunk === null) return;
    this.head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    if (this.phase === 'proxy') this.readProxy();
    else this.readHello();
  };

  private readProxy(): void {
    const length = readProxyHeader(this.head, this.head.length, this.source);
    if (length === ProxyHeader.INCOMPLETE) return;
    if (length === ProxyHeader.BROKEN) {
      this.expire();
      return;
    }
    if (this.tls === undefined) {
      this.readNoMore(length);
      this.hand(this.socket);
      return;
    }
    this.head = this.head.subarray(length);
    this.phase = 'hello';
    this.client = clientOf(this.source);
    this.service.named(this);
    this.readHello();
  }

  /** Waits for the first record to be whole, so that what is done in the turn is the work that it is for. */
  private readHello(): void {
    const { head } = this;
    if (head.length > 0 && head[0] !== HANDSHAKE) this.expire();
    if (head.length < limits.tlsRecordHeadBytes) return;
    const length = (head[3]! << 8) | head[4]!;
    if (length > limits.tlsRecordBytes) this.expire();
    if (head.length < limits.tlsRecordHeadBytes + length || this.socket.destroyed) return;
    this.socket.off('readable', this.read);
    if (this.service.turns.isOpen()) this.turn();
    else this.service.turns.wait(this);
  }

  /** What comes, and what is there from `at` on, is for others to read. */
  private readNoMore(at: number): void {
    this.socket.off('readable', this.read);
    this.socket.off('end', this.expire);
    if (at < this.head.length) this.socket.unshift(this.head.subarray(at));
    this.head = new Uint8Array(0);
  }

  private hand(socket: Socket): void {
    if (this.socket.destroyed) return;
    this.socket.off('close', this.lost);
    this.service.arrived(this, socket);
  }
}

/** Content type of a TLS record (RFC 8446 §5.1). */
const HANDSHAKE = 22;
