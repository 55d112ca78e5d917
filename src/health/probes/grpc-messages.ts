import { limits } from '../../runtime/limits.ts';

/*
 * The two messages of grpc.health.v1 (grpc/health/v1/health.proto) in their frames: a byte that says whether what
 * follows is compressed, four bytes of length, a protobuf message.
 */

/** `HealthCheckRequest { string service = 1; }` in a frame. */
export function writeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message =
    name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, ...varint(name.length)]), name]);
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, message]);
}

/** `HealthCheckResponse.ServingStatus` by its number. */
export const servingNames: readonly string[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** The number in one frame with `HealthCheckResponse { ServingStatus status = 1; }`; undefined when it is none. */
export function readServing(body: Buffer): number | undefined {
  if (body.length < 5 || body[0] !== 0 || body.readUInt32BE(1) !== body.length - 5) return undefined;
  // A field that has its default is left out: no status is UNKNOWN.
  let status = 0;
  for (let at = 5; at < body.length; ) {
    const tag = readVarint(body, at);
    if (tag === undefined) return undefined;
    const end = endOfField(body, tag.end, tag.value & 7);
    if (end === undefined) return undefined;
    if (tag.value === 8) status = readVarint(body, tag.end)!.value;
    at = end;
  }
  return status;
}

/** What came back of one call so far. */
export class GrpcReply {
  readonly httpStatus: number;
  isGrpc = false;
  grpcStatus: string | undefined;
  grpcMessage = '';
  private readonly held = Buffer.alloc(limits.grpcReplyBytes);
  private length = 0;

  constructor(httpStatus: number) {
    this.httpStatus = httpStatus;
  }

  get body(): Buffer {
    return this.held.subarray(0, this.length);
  }

  /** Headers, and trailers after them. */
  take(headers: ReadonlyMap<string, string>): void {
    if (headers.get('content-type')?.startsWith('application/grpc')) this.isGrpc = true;
    this.grpcStatus = headers.get('grpc-status') ?? this.grpcStatus;
    this.grpcMessage = headers.get('grpc-message') ?? this.grpcMessage;
  }

  /** False when it is more than a reply may have. */
  add(chunk: Buffer): boolean {
    const copied = chunk.copy(this.held, this.length);
    this.length += copied;
    return copied === chunk.length;
  }
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

/** At most five bytes: more than any tag, length or status needs. */
function readVarint(bytes: Buffer, from: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let i = 0; i < 5 && from + i < bytes.length; i++) {
    const byte = bytes[from + i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: from + i + 1 };
  }
  return undefined;
}

/** Where a field of a wire type ends; undefined when it is unknown or runs over the end. */
function endOfField(bytes: Buffer, from: number, wireType: number): number | undefined {
  const number = wireType === 0 || wireType === 2 ? readVarint(bytes, from) : undefined;
  const lengths: Readonly<Record<number, number | undefined>> = {
    0: number && number.end - from,
    1: 8,
    2: number && number.end - from + number.value,
    5: 4,
  };
  const length = lengths[wireType];
  return length === undefined || from + length > bytes.length ? undefined : from + length;
}
