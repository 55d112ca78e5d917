import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import packet, { type DecodedPacket, type OptAnswer } from 'dns-packet';

export interface Asked {
  readonly port: number;
  readonly host?: string;
  readonly name: string;
  readonly type?: 'A' | 'AAAA' | 'MX' | 'NS' | 'SOA' | 'TXT' | 'CNAME';
  /** Client subnet: `81.2.69.0/24`. */
  readonly subnet?: string;
  readonly transport?: 'udp' | 'tcp';
}

export interface Answer {
  readonly rcode: string;
  /** Data of the answer section in its order; addresses as text. */
  readonly data: readonly string[];
  readonly ttl: number | undefined;
  /** Of the client subnet option; undefined when the answer has none. */
  readonly scope: number | undefined;
  readonly message: DecodedPacket;
}

/** Asks one question with dns-packet, an implementation that is not ours. Rejects after 5 s. */
export async function ask(asked: Asked): Promise<Answer> {
  const { port, host = '127.0.0.1', transport = 'udp' } = asked;
  const id = 1 + Math.floor(Math.random() * 65_534);
  const query = encodeQuery(asked, id);
  const bytes = await (transport === 'udp' ? overUdp : overTcp)(query, id, port, host);
  return readAnswer(bytes);
}

export function encodeQuery({ name, type = 'A', subnet }: Omit<Asked, 'port'>, id: number): Buffer {
  const [ip = '', length = ''] = subnet?.split('/') ?? [];
  // The types know options of one shape only; the encoder takes what its documentation says.
  const options = [{ code: 'CLIENT_SUBNET', ip, sourcePrefixLength: Number(length) }] as unknown as [];
  return packet.encode({
    id,
    questions: [{ type, name }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: subnet === undefined ? [] : options,
      },
    ],
  });
}

function readAnswer(bytes: Buffer): Answer {
  const message = packet.decode(bytes);
  const answers = message.answers ?? [];
  const opt = message.additionals?.find((record): record is OptAnswer => record.type === 'OPT');
  const subnet = opt?.options.find(({ code }) => Number(code) === 8) as
    | { readonly scopePrefixLength: number }
    | undefined;
  const [first] = answers;
  return {
    rcode: (message as { readonly rcode?: string }).rcode ?? '',
    data: answers.map((record) => ('data' in record ? textOf(record.data) : '')),
    ttl: first !== undefined && 'ttl' in first ? first.ttl : undefined,
    scope: subnet?.scopePrefixLength,
    message,
  };
}

function textOf(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data);
}

function overUdp(query: Buffer, id: number, port: number, host: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    const end = (act: () => void): void => {
      clearTimeout(timer);
      socket.close();
      act();
    };
    const timer = setTimeout(() => end(() => reject(new Error('no answer over UDP'))), 5_000);
    socket.on('error', (error) => end(() => reject(error)));
    socket.on('message', (message) => {
      if (message.readUInt16BE(0) === id) end(() => resolve(message));
    });
    socket.send(query, port, host);
  });
}

function overTcp(query: Buffer, _id: number, port: number, host: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host });
    let received = Buffer.alloc(0);
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer over TCP')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed without an answer')));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      resolve(received.subarray(2, 2 + received.readUInt16BE(0)));
      socket.destroy();
    });
    socket.write(Buffer.concat([Buffer.from([query.length >>> 8, query.length & 0xff]), query]));
  });
}
