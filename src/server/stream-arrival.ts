import type { Socket } from 'node:net';
import type { QuerySource } from '../query/source.ts';
import { ProxyHeader, readProxyHeader } from './proxy-header.ts';
import { clientOf, type TableEntry } from './stream-connections.ts';
import type { TlsFront } from './stream-tls.ts';

/** What an arrival tells the server. */
export interface ArrivalService {
  /** Its PROXY header named the client: it counts as that client's from now on. */
  named(arrival: Arrival): void;
  /** DNS comes next, on `socket`; the arrival's part is over. */
  arrived(arrival: Arrival, socket: Socket): void;
  /** The socket closed before that. */
  lost(arrival: Arrival): void;
}

/**
 * A connection between accept and its first byte of DNS: it reads the PROXY header if the peer must send one, then
 * does the TLS handshake if the listener asks for it. Has a place in the table meanwhile, like any other.
 */
export class Arrival implements TableEntry {
  readonly source: QuerySource;
  readonly activeMs: number;
  /** Unknown, and bounded only together with all others, until the PROXY header is there. */
  client: string | undefined;
  /** What it is waiting for. */
  phase: 'proxy' | 'handshake';
  /** Closed by a decision that is counted elsewhere. */
  dismissed = false;
  private readonly socket: Socket;
  private readonly tls: TlsFront | undefined;
  private readonly service: ArrivalService;
  private head: Uint8Array = new Uint8Array(0);

  constructor(
    socket: Socket,
    source: QuerySource,
    first: 'proxy' | 'handshake',
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
    if (first === 'handshake') this.client = clientOf(source);
  }

  /** To be called once, when the table has it. */
  begin(): void {
    const { socket } = this;
    socket.on('error', this.expire);
    socket.on('close', this.lost);
    if (this.phase === 'handshake') {
      this.secure();
      return;
    }
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

  private readonly lost = (): void => this.service.lost(this);

  /** `head` stays short: a header that is longer than its bound is broken as soon as its length is there. */
  private readonly read = (): void => {
    const chunk = this.socket.read() as Uint8Array | null;
    if (chunk === null) return;
    this.head = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    const length = readProxyHeader(this.head, this.head.length, this.source);
    if (length === ProxyHeader.INCOMPLETE) return;
    if (length === ProxyHeader.BROKEN) {
      this.expire();
      return;
    }
    this.socket.off('readable', this.read);
    this.socket.off('end', this.expire);
    if (length < this.head.length) this.socket.unshift(this.head.subarray(length));
    this.head = new Uint8Array(0);
    if (this.tls === undefined) {
      this.hand(this.socket);
      return;
    }
    this.phase = 'handshake';
    this.client = clientOf(this.source);
    this.service.named(this);
    this.secure();
  };

  private secure(): void {
    this.tls!.secure(this.socket, (secured) => this.hand(secured));
  }

  private hand(socket: Socket): void {
    if (this.socket.destroyed) return;
    this.socket.off('close', this.lost);
    this.service.arrived(this, socket);
  }
}
