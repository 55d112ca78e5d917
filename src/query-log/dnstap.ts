import type { LogFormat } from './format.ts';
import type { NameBook } from './names.ts';
import { type Addresses, loggedBits, maskedAddress } from './privacy.ts';
import { ProtobufWriter } from './protobuf.ts';
import type { LogRecord } from './record.ts';
import { writeResponseMessage } from './response-message.ts';

/** Who speaks, in each frame. */
export interface LogNode {
  readonly name: string;
  readonly version: string;
}

/**
 * dnstap frames (https://dnstap.info, dnstap.proto): one message of type AUTH_RESPONSE for each query. What dnstap has
 * no field for, such as policy and region, stands as JSON in `extra`.
 */
export class Dnstap implements LogFormat {
  readonly frames = 'protobuf:dnstap.Dnstap';
  private readonly names: NameBook;
  private readonly addresses: Addresses;
  private readonly identity: Buffer;
  private readonly version: Buffer;
  private readonly outer = new ProtobufWriter();
  private readonly inner = new ProtobufWriter();
  private readonly message = new Uint8Array(1_024);
  private readonly dns = new Uint8Array(512);

  constructor(names: NameBook, addresses: Addresses, node: LogNode) {
    this.names = names;
    this.addresses = addresses;
    this.identity = Buffer.from(node.name);
    this.version = Buffer.from(`meridian ${node.version}`);
  }

  /** A data frame: its length in four bytes, big-endian, then the protocol buffer. */
  write(record: LogRecord, out: Buffer, at: number): number {
    const { outer } = this;
    outer.begin(out, at + 4);
    outer.bytes(Tap.IDENTITY, this.identity);
    outer.bytes(Tap.VERSION, this.version);
    outer.bytes(Tap.EXTRA, Buffer.from(this.extra(record)));
    outer.bytes(Tap.MESSAGE, this.message, this.writeMessage(record));
    outer.varint(Tap.TYPE, TAP_MESSAGE);
    out.writeUInt32BE(outer.at - at - 4, at);
    return outer.at;
  }

  private writeMessage(record: LogRecord): number {
    const { inner, addresses } = this;
    const { family, client, timeMs } = record;
    const address = maskedAddress(family, client, loggedBits(family, client, addresses));
    const seconds = Math.floor(timeMs / 1_000);
    const nanoseconds = Math.round((timeMs % 1_000) * 1_000_000);
    inner.begin(this.message, 0);
    inner.varint(Message.TYPE, AUTH_RESPONSE);
    inner.varint(Message.SOCKET_FAMILY, family === 4 ? 1 : 2);
    inner.varint(Message.SOCKET_PROTOCOL, socketProtocols[record.transport]!);
    inner.bytes(Message.QUERY_ADDRESS, address);
    if (addresses === 'full') inner.varint(Message.QUERY_PORT, record.port);
    inner.varint(Message.QUERY_TIME_SEC, seconds);
    inner.fixed32(Message.QUERY_TIME_NSEC, nanoseconds);
    inner.varint(Message.RESPONSE_TIME_SEC, seconds);
    inner.fixed32(Message.RESPONSE_TIME_NSEC, nanoseconds);
    inner.bytes(Message.RESPONSE_MESSAGE, this.dns, writeResponseMessage(record, addresses, this.dns));
    return inner.at;
  }

  private extra({ answerBytes, policy, region, generation }: LogRecord): string {
    return JSON.stringify({
      size: answerBytes,
      policy: this.names.policy(generation, policy),
      region: this.names.region(generation, region),
      generation,
    });
  }
}

/** Field numbers of `Dnstap` and of `Message`, and values of their enumerations. */
const Tap = { IDENTITY: 1, VERSION: 2, EXTRA: 3, MESSAGE: 14, TYPE: 15 } as const;
const TAP_MESSAGE = 1;
const Message = {
  TYPE: 1,
  SOCKET_FAMILY: 2,
  SOCKET_PROTOCOL: 3,
  QUERY_ADDRESS: 4,
  QUERY_PORT: 6,
  QUERY_TIME_SEC: 8,
  QUERY_TIME_NSEC: 9,
  RESPONSE_TIME_SEC: 12,
  RESPONSE_TIME_NSEC: 13,
  RESPONSE_MESSAGE: 14,
} as const;
const AUTH_RESPONSE = 2;
/** By `Transport`: UDP, TCP, DOT. */
const socketProtocols = [1, 2, 3];
