/** DNS messages as the benchmark needs them: A queries with a client subnet, and the first address of an answer. */
export interface QuerySpec {
  readonly name: string;
  readonly id?: number;
  /** The IPv4 address whose /24 goes into the client-subnet option (RFC 7871 §6); undefined: no option. */
  readonly client?: number | undefined;
}

export interface ParsedAnswer {
  readonly id: number;
  readonly rcode: number;
  /** IPv4 addresses of the answer section, dotted. */
  readonly addresses: readonly string[];
}

/** A query for `name` A, with an OPT record (RFC 6891) of 1232 bytes. */
export function encodeQuery({ name, id = 0, client }: QuerySpec): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const question = Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')])),
    Buffer.of(0, 0, 1, 0, 1),
  ]);
  const header = Buffer.of(id >> 8, id & 255, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1);
  const option = client === undefined ? Buffer.alloc(0) : subnetOption(client);
  const opt = Buffer.of(0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, option.length);
  return Buffer.concat([header, question, opt, option]);
}

/** The messages with two-byte lengths before them: the form that `dnsperf -B` reads. */
export function encodeStream(messages: readonly Buffer[]): Buffer {
  return Buffer.concat(
    messages.flatMap((message) => [Buffer.of(message.length >> 8, message.length), message]),
  );
}

/** Undefined when the bytes are no response that we can read. */
export function parseAnswer(bytes: Buffer): ParsedAnswer | undefined {
  if (bytes.length < 12 || (bytes[2]! & 0x80) === 0) return undefined;
  const addresses: string[] = [];
  let at = skipName(bytes, 12) + 4;
  for (let left = bytes.readUInt16BE(6); left > 0; left--) {
    at = skipName(bytes, at);
    if (at + 10 > bytes.length) return undefined;
    const type = bytes.readUInt16BE(at);
    const size = bytes.readUInt16BE(at + 8);
    at += 10;
    if (at + size > bytes.length) return undefined;
    if (type === 1 && size === 4) addresses.push(bytes.subarray(at, at + 4).join('.'));
    at += size;
  }
  return { id: bytes.readUInt16BE(0), rcode: bytes[3]! & 15, addresses };
}

function subnetOption(client: number): Buffer {
  return Buffer.of(0, 8, 0, 7, 0, 1, 24, 0, client >>> 24, (client >>> 16) & 255, (client >>> 8) & 255);
}

function skipName(bytes: Buffer, at: number): number {
  while (at < bytes.length && bytes[at] !== 0) {
    if (bytes[at]! >= 0xc0) return at + 2;
    at += bytes[at]! + 1;
  }
  return at + 1;
}
