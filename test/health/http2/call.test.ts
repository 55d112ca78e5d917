import type net from 'node:net';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callHttp2, type Http2Response } from '../../../src/health/http2/call.ts';
import { encodeFrame, Flag, Frame } from '../../../src/health/http2/frames.ts';
import { encodeHeaders } from '../../../src/health/http2/hpack.ts';
import { windowBytes } from '../../../src/health/http2/request.ts';
import type { Header } from '../../../src/health/http2/static-table.ts';

const { END_STREAM, END_HEADERS, ACK, PADDED, PRIORITY } = Flag;
const none = Buffer.alloc(0);
const settings = encodeFrame(Frame.SETTINGS, 0, 0, none);
const ok: Header[] = [
  [':status', '200'],
  ['server', 'first'],
  ['server', 'second'],
];

function headers(list: readonly Header[], flags: number = END_HEADERS, stream = 1): Buffer {
  return encodeFrame(Frame.HEADERS, flags, stream, encodeHeaders(list));
}

function data(text: string, flags = 0): Buffer {
  return encodeFrame(Frame.DATA, flags, 1, Buffer.from(text));
}

/** A connection over which an endpoint says this, in pieces of so many bytes, and what it was told. */
function connection(said: Buffer, pieceBytes: number): { socket: net.Socket; told: () => Buffer } {
  const written: Buffer[] = [];
  let at = 0;
  const socket = new Duplex({
    read() {
      const piece = said.subarray(at, at + pieceBytes);
      at += pieceBytes;
      if (piece.length > 0) this.push(piece);
      else setImmediate(() => this.destroy());
    },
    write(chunk: Buffer, _, done) {
      written.push(chunk);
      done();
    },
  });
  return { socket: socket as net.Socket, told: () => Buffer.concat(written) };
}

/** What came of a call: the response with its whole body, or the error's text. */
async function outcome(said: Buffer[], pieceBytes = 1_000) {
  const { socket, told } = connection(Buffer.concat(said), pieceBytes);
  try {
    const response = await callHttp2(socket, { headers: [[':method', 'GET']], body: undefined });
    return { ...shown(response), body: await bodyOf(response), told: told() };
  } catch (error) {
    return (error as Error).message;
  }
}

const shown = ({ status, headers, trailers }: Http2Response) => ({ status, headers, trailers });

async function bodyOf({ body }: Http2Response): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe('callHttp2: responses', () => {
  const trailers = headers(
    [
      ['grpc-status', '0'],
      ['grpc-status', '1'],
    ],
    END_HEADERS | END_STREAM,
  );

  it.each([1, 2, 7, 100, 100_000])('come in pieces of %d bytes', async (pieceBytes) => {
    const said = [settings, headers([[':status', '103']]), headers(ok), data('rea'), data('dy'), trailers];
    const seen = await outcome(said, pieceBytes);
    expect(seen).toMatchObject({ status: 200, body: 'ready' });
    expect(seen).toHaveProperty(
      'headers',
      new Map([
        ['server', 'first'],
        [':status', '200'],
      ]),
    );
    expect(seen).toHaveProperty('trailers', new Map([['grpc-status', '0']]));
  });

  it.each<[string, Buffer[]]>([
    ['headers alone', [headers(ok, END_HEADERS | END_STREAM)]],
    ['an empty end', [headers(ok), data('', END_STREAM)]],
    ['headers in pieces', [headers(ok, END_STREAM), encodeFrame(Frame.CONTINUATION, END_HEADERS, 1, none)]],
    [
      'priorities',
      [encodeFrame(Frame.HEADERS, 0x25, 1, Buffer.concat([Buffer.alloc(5), encodeHeaders(ok)]))],
    ],
    [
      'padding',
      [
        encodeFrame(Frame.HEADERS, 0xd, 1, Buffer.concat([Buffer.of(2), encodeHeaders(ok), Buffer.alloc(2)])),
        encodeFrame(Frame.DATA, PADDED | END_STREAM, 1, Buffer.of(1, 0)),
      ],
    ],
    ['what is not known', [encodeFrame(77, 0xff, 5, Buffer.from('future')), headers(ok, 5)]],
    [
      'a farewell that lets us finish',
      [encodeFrame(Frame.GOAWAY, 0, 0, Buffer.of(0, 0, 0, 1, 0, 0, 0, 0)), headers(ok, 5)],
    ],
    ['bytes behind the end', [headers(ok, 5), Buffer.from('SSH-2.0 and more of it')]],
  ])('are whole with %s', async (_, said) => {
    expect(await outcome([settings, ...said])).toMatchObject({ status: 200, body: '' });
  });

  it('are confirmed as the protocol wants, and taken leave of', async () => {
    const ping = encodeFrame(Frame.PING, 0, 0, Buffer.from('12345678'));
    const deaf = encodeFrame(Frame.PING, ACK, 0, Buffer.from('answered'));
    const seen = await outcome([settings, ping, deaf, headers(ok, 5)]);
    const confirmed = [
      encodeFrame(Frame.SETTINGS, ACK, 0, none),
      encodeFrame(Frame.PING, ACK, 0, Buffer.from('12345678')),
      encodeFrame(Frame.GOAWAY, 0, 0, Buffer.alloc(8)),
    ];
    const { told } = seen as { told: Buffer };
    expect(told.toString('latin1')).toMatch(/^PRI \* HTTP\/2\.0\r\n\r\nSM\r\n\r\n/);
    expect(told.subarray(-Buffer.concat(confirmed).length)).toEqual(Buffer.concat(confirmed));
  });
});

describe('callHttp2: refusals', () => {
  const frame = (type: number, payload: Buffer | string = none, flags = 0, stream = 0) =>
    encodeFrame(type, flags, stream, Buffer.from(payload));
  const full = data('x'.repeat(16_384));

  it.each<[string, Buffer[], string | RegExp]>([
    ['nothing', [], 'closed'],
    ['another protocol', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], /HTTP\/2: it is HTTP\/1$/],
    ['no settings', [headers(ok)], /does not begin with settings/],
    ['a confirmation first', [frame(Frame.SETTINGS, none, ACK)], /does not begin with settings/],
    ['settings of half a value', [frame(Frame.SETTINGS, 'abc')], /wrong size/],
    ['settings of a stream', [frame(Frame.SETTINGS, none, 0, 1)], /wrong size or stream/],
    ['a ping too short', [settings, frame(Frame.PING, '1234')], /wrong size/],
    ['another stream', [settings, headers(ok, END_HEADERS, 3)], /what was not asked/],
    ['a promise', [settings, frame(Frame.PUSH_PROMISE)], /it pushes/],
    [
      'a reset',
      [settings, frame(Frame.RST_STREAM, '\0\0\0\x0b', 0, 1)],
      'the stream was reset: ENHANCE_YOUR_CALM',
    ],
    ['a reset of the future', [settings, frame(Frame.RST_STREAM, '\0\0\0\x77', 0, 1)], /reset: code 119$/],
    ['half a reset', [settings, frame(Frame.RST_STREAM, '\0', 0, 1)], /wrong size/],
    ['a farewell to us', [settings, frame(Frame.GOAWAY, Buffer.alloc(8))], /ended the connection: NO_ERROR$/],
    ['half a farewell', [settings, frame(Frame.GOAWAY, 'abcd')], /wrong size/],
    ['a body first', [settings, data('x')], /before its headers/],
    ['a continuation first', [settings, frame(Frame.CONTINUATION)], /never began/],
    ['a body within headers', [settings, headers(ok, 0), data('x')], /headers break off/],
    ['headers within a body', [settings, headers(ok), headers(ok)], /inside of the body/],
    ['headers of nonsense', [settings, frame(Frame.HEADERS, '\x80', END_HEADERS, 1)], /cannot be read/],
    [
      'endless pieces of headers',
      [settings, headers([], 0), ...Array<Buffer>(4_096).fill(frame(9))],
      /more than 4096 frames/,
    ],
    [
      'large headers',
      [settings, headers([['a', 'b'.repeat(9_000)]], 0), frame(9, 'x'.repeat(9_000))],
      /larger than/,
    ],
    ['no status', [settings, headers([['a', 'b']])], /has no status/],
    ['a status of letters', [settings, headers([[':status', '2xx']])], /has no status/],
    ['an end before the response', [settings, headers([[':status', '100']], 5)], /ends before its response/],
    [
      'padding beyond the frame',
      [settings, headers(ok), frame(Frame.DATA, '\x02a', PADDED, 1)],
      /padding is longer/,
    ],
    ['padding of nothing', [settings, frame(Frame.HEADERS, none, PADDED, 1)], /padding is longer/],
    [
      'priorities of nothing',
      [settings, frame(Frame.HEADERS, none, PRIORITY | END_HEADERS, 1)],
      /has no status/,
    ],
    [
      'a body beyond its window',
      [settings, headers(ok), ...Array<Buffer>(windowBytes / 16_384 + 1).fill(full)],
      /more of a body/,
    ],
    ['an end within the body', [settings, headers(ok), data('x')], 'closed'],
    [
      'pings without end',
      [settings, ...Array<Buffer>(70_000).fill(frame(Frame.PING, '12345678'))],
      /does not end/,
    ],
  ])('%s', async (_, said, reason) => {
    expect(await outcome(said, 50_000)).toEqual(expect.stringMatching(reason));
  });

  it('end whatever comes, with a response or a reason', async () => {
    const part = fc.oneof(
      fc.constantFrom(settings, headers(ok), headers(ok, 5), headers(ok, 0), data('x'), data('', END_STREAM)),
      fc
        .tuple(
          fc.integer({ min: 0, max: 10 }),
          fc.integer({ min: 0, max: 255 }),
          fc.constantFrom(0, 1, 1, 2),
          fc.uint8Array({ maxLength: 60 }),
        )
        .map(([type, flags, stream, payload]) => encodeFrame(type, flags, stream, Buffer.from(payload))),
      fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { maxLength: 12 }),
        fc.integer({ min: 1, max: 200 }),
        async (parts, pieceBytes) => {
          const seen = await outcome([settings, ...parts], pieceBytes);
          if (typeof seen === 'string')
            expect(seen).toMatch(
              /^(closed|the answer is not HTTP\/2: .+|the stream was .+|the endpoint .+|response headers .+)$/,
            );
          else expect(seen.status).toBeGreaterThanOrEqual(200);
        },
      ),
      { numRuns: 300 },
    );
  });
});
