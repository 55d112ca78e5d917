import type net from 'node:net';
import { Readable } from 'node:stream';
import { limits } from '../../runtime/limits.ts';
import { closed, errorName, fault, refuse, requireOurStream, requireStay, tooLarge } from './faults.ts';
import { encodeFrame, Flag, Frame, FrameReader, type Http2Frame, unpadded } from './frames.ts';
import { HeaderDecoder } from './hpack.ts';
import { encodeRequest, type Http2Request, windowBytes } from './request.ts';
import type { Header } from './static-table.ts';

export interface Http2Response {
  readonly status: number;
  /** By lower-cased names; of those that come twice, the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Readable;
  /** Filled when the body has ended. */
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * One request over a new connection, and the head of its final response (RFC 9113 §8.1); rejects with `ProbeFailure`,
 * or as a closed connection. Who opened the socket ends it, at its deadline too.
 */
export function callHttp2(socket: net.Socket, request: Http2Request): Promise<Http2Response> {
  return new Promise((resolve, reject) => {
    const call = new Call(socket, resolve, reject);
    socket.on('data', (chunk: Buffer) => call.read(chunk));
    socket.once('close', () => call.fail(closed()));
    socket.write(encodeRequest(request));
  });
}

interface HeaderBlock {
  readonly parts: Buffer[];
  bytes: number;
  readonly endsStream: boolean;
}

class Call {
  private readonly socket: net.Socket;
  private readonly respond: (response: Http2Response) => void;
  private readonly reject: (error: Error) => void;
  private readonly frames = new FrameReader();
  private readonly decoder = new HeaderDecoder();
  private readonly body = new Readable({ read() {} });
  private readonly trailers = new Map<string, string>();
  private receivedBytes = 0;
  private receivedFrames = 0;
  /** To be written when what came is read. */
  private replies: Buffer[] = [];
  private bodyBytes = 0;
  private greeted = false;
  private responded = false;
  private ended = false;
  /** Of a header block whose end is still to come. */
  private block: HeaderBlock | undefined;

  constructor(
    socket: net.Socket,
    respond: (response: Http2Response) => void,
    reject: (error: Error) => void,
  ) {
    this.socket = socket;
    this.respond = respond;
    this.reject = reject;
    // Whoever reads the body is told; nobody may read it.
    this.body.on('error', () => {});
  }

  read(chunk: Buffer): void {
    this.receivedBytes += chunk.length;
    try {
      if (this.receivedBytes > limits.probeReadBytes)
        throw fault(`the answer does not end: more than ${limits.probeReadBytes} bytes came`);
      if (!this.greeted && /^HTTP\/1/.test(chunk.toString('latin1', 0, 6))) refuse('it is HTTP/1');
      for (const frame of this.frames.read(chunk)) {
        if (this.ended) break;
        if (++this.receivedFrames > limits.probeFrames)
          throw fault(`the answer does not end: more than ${limits.probeFrames} frames came`);
        this.take(frame ?? refuse('a frame is too large'));
      }
      if (this.replies.length > 0) this.socket.write(Buffer.concat(this.replies.splice(0)));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  fail(error: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.reject(error);
    this.body.destroy(error);
  }

  private take(frame: Http2Frame): void {
    // The endpoint's preface (RFC 9113 §3.4).
    if (!this.greeted && (frame.type !== Frame.SETTINGS || (frame.flags & Flag.ACK) !== 0))
      refuse('it does not begin with settings');
    this.greeted = true;
    if (this.block !== undefined && frame.type !== Frame.CONTINUATION) refuse('headers break off');
    switch (frame.type) {
      case Frame.SETTINGS:
        this.acknowledge(frame, 'settings', Buffer.alloc(0));
        break;
      case Frame.PING:
        this.acknowledge(frame, 'ping', frame.payload);
        break;
      case Frame.HEADERS:
        this.begin(frame);
        break;
      case Frame.CONTINUATION:
        this.extend(frame);
        break;
      case Frame.DATA:
        this.takeData(frame);
        break;
      case Frame.RST_STREAM:
        throw fault(`the stream was reset: ${errorName(frame.payload, 0)}`);
      case Frame.GOAWAY:
        requireStay(frame.payload);
        break;
      case Frame.PUSH_PROMISE:
        refuse('it pushes, which was switched off');
        break;
      default:
      // Windows for what was sent already, priorities, and what is not known (RFC 9113 §5.5).
    }
  }

  private acknowledge(frame: Http2Frame, kind: 'settings' | 'ping', answer: Buffer): void {
    const { type, flags, stream, payload } = frame;
    const isWhole = kind === 'ping' ? payload.length === 8 : payload.length % 6 === 0;
    if (stream !== 0 || !isWhole) refuse('a frame has the wrong size or stream');
    if ((flags & Flag.ACK) === 0) this.replies.push(encodeFrame(type, Flag.ACK, 0, answer));
  }

  private begin(frame: Http2Frame): void {
    requireOurStream(frame);
    const payload = unpadded(frame) ?? refuse('padding is longer than its frame');
    const fragment = (frame.flags & Flag.PRIORITY) === 0 ? payload : payload.subarray(5);
    this.block = { parts: [], bytes: 0, endsStream: (frame.flags & Flag.END_STREAM) !== 0 };
    this.extend({ ...frame, payload: fragment });
  }

  private extend({ payload, flags }: Http2Frame): void {
    const block = this.block ?? refuse('headers go on that never began');
    block.parts.push(payload);
    block.bytes += payload.length;
    if (block.bytes > limits.probeHeaderBytes) throw tooLarge();
    if ((flags & Flag.END_HEADERS) === 0) return;
    this.block = undefined;
    const headers = this.decoder.decode(Buffer.concat(block.parts));
    if (headers === 'too large') throw tooLarge();
    this.takeHeaders(headers === 'malformed' ? refuse('headers cannot be read') : headers, block.endsStream);
  }

  private takeHeaders(headers: readonly Header[], endsStream: boolean): void {
    if (this.responded) this.takeTrailers(headers, endsStream);
    else this.takeResponse(new Map([...headers].reverse()), endsStream);
    if (endsStream) this.end();
  }

  private takeTrailers(headers: readonly Header[], endsStream: boolean): void {
    if (!endsStream) refuse('headers stand inside of the body');
    for (const [name, value] of headers) if (!this.trailers.has(name)) this.trailers.set(name, value);
  }

  private takeResponse(headers: ReadonlyMap<string, string>, endsStream: boolean): void {
    const status = headers.get(':status');
    if (status === undefined || !/^[1-9]\d\d$/.test(status)) refuse('it has no status');
    const isInformational = status?.startsWith('1');
    // Such come before the response (RFC 9110 §15.2).
    if (isInformational && endsStream) refuse('it ends before its response');
    if (isInformational) return;
    this.responded = true;
    const { body, trailers } = this;
    this.respond({ status: Number(status), headers, body, trailers });
  }

  private takeData(frame: Http2Frame): void {
    requireOurStream(frame);
    if (!this.responded) refuse('a body comes before its headers');
    this.bodyBytes += frame.payload.length;
    if (this.bodyBytes > windowBytes) refuse('more of a body came than was asked for');
    this.body.push(unpadded(frame) ?? refuse('padding is longer than its frame'));
    if ((frame.flags & Flag.END_STREAM) !== 0) this.end();
  }

  /** A farewell, so that servers don't log each probe as a broken connection. */
  private end(): void {
    this.ended = true;
    this.body.push(null);
    this.replies.push(encodeFrame(Frame.GOAWAY, 0, 0, Buffer.alloc(8)));
  }
}
