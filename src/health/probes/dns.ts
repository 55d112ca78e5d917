import { randomInt } from 'node:crypto';
import dgram from 'node:dgram';
import net from 'node:net';
import type { DnsCheck } from '../../config/check-model.ts';
import { Flag, RrClass, rcodeName, typeName } from '../../dns/constants.ts';
import { formatName } from '../../dns/names.ts';
import { writeQuestion } from '../../dns/question.ts';
import { formatRdata } from '../../dns/rdata.ts';
import { type Message, readMessage } from '../../dns/reader.ts';
import { limits } from '../../runtime/limits.ts';
import { connectTcp } from './connection.ts';
import { outcomeOf, type Progress } from './outcome.ts';
import type { Probe, ProbeTarget } from './probe.ts';
import { connectFailure, ProbeFailure, printable } from './reasons.ts';

/**
 * Asks one question and holds the answer against the question and the check. Over UDP, datagrams with another id are
 * left aside, since anybody can send them in the endpoint's name; the reason of the silence tells of them.
 */
export const probeDns: Probe<DnsCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    const id = randomInt(0x1_0000);
    const query = writeQuestion(check.name, check.qtype, { id, udpBytes: limits.udpAnswerBytes });
    // As clients of a resolver ask; an authoritative server does not mind.
    query[2]! |= Flag.RD >>> 8;
    const bytes =
      check.transport === 'udp'
        ? await askUdp(target, query, signal, progress)
        : await askTcp(target, query, signal, progress);
    requireAnswer(readSound(bytes, id, check), check);
  });

async function askUdp(
  target: ProbeTarget,
  query: Uint8Array,
  signal: AbortSignal,
  progress: Progress,
): Promise<Uint8Array> {
  signal.throwIfAborted();
  const socket = dgram.createSocket({ type: net.isIPv6(target.address) ? 'udp6' : 'udp4' });
  try {
    return await new Promise<Uint8Array>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const refuse = (error: unknown) => reject(new ProbeFailure(connectFailure(error, target.source)));
      socket.on('error', refuse);
      socket.on('message', (bytes) => {
        if (bytes.length >= 2 && bytes[0] === query[0] && bytes[1] === query[1]) resolve(bytes);
        else progress.doing = 'waiting for the answer; one came that has another id';
      });
      if (target.source !== undefined) socket.bind({ address: target.source });
      // By an event: a callback of `connect` is called for a failure too.
      socket.once('connect', () => {
        progress.doing = 'waiting for the answer';
        socket.send(query, (error) => error !== null && refuse(error));
      });
      // Connected, so that a closed port is told at once and only the endpoint's datagrams come in.
      socket.connect(target.port, target.address);
    });
  } finally {
    socket.close();
  }
}

/** RFC 1035 §4.2.2: two bytes of length before each message. */
async function askTcp(
  target: ProbeTarget,
  query: Uint8Array,
  signal: AbortSignal,
  progress: Progress,
): Promise<Uint8Array> {
  const socket = await connectTcp(target, signal);
  try {
    progress.doing = 'waiting for the answer';
    socket.write(Uint8Array.of(query.length >>> 8, query.length & 0xff, ...query));
    const held = Buffer.alloc(2 + limits.tcpMessageBytes);
    let length = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      length += chunk.copy(held, length);
      const wanted = length < 2 ? held.length : 2 + held.readUInt16BE(0);
      if (length >= wanted) return held.subarray(2, wanted);
      progress.doing = 'reading the answer';
    }
    throw failure('error', 'connection closed before the answer was complete');
  } finally {
    socket.destroy();
  }
}

/** The message, when it can be an answer to the question at all. */
function readSound(bytes: Uint8Array, id: number, check: DnsCheck): Message {
  const message = readMessage(bytes);
  if (message === undefined) throw failure('error', 'the answer is not a DNS message');
  if (message.id !== id) throw failure('error', 'the answer has another id than the question');
  if ((message.flags & Flag.QR) === 0) throw failure('error', 'the answer is marked as a question (QR is 0)');
  if ((message.flags & Flag.TC) !== 0) {
    const advice = check.transport === 'udp' ? '; the check may use transport tcp' : ' over TCP';
    throw failure('error', `the answer is cut short (TC is set)${advice}`);
  }
  const { question } = message;
  const same =
    question !== undefined &&
    question.type === check.qtype &&
    question.class === RrClass.IN &&
    Buffer.compare(question.name, check.name) === 0;
  // Servers that cannot read a question at all answer without one.
  if (!same && !(question === undefined && message.rcode !== 0)) {
    throw failure('error', 'the answer is to another question');
  }
  return message;
}

function requireAnswer(message: Message, check: DnsCheck): void {
  if (message.rcode !== check.rcode) {
    throw failure('status', `the answer is ${rcodeName(message.rcode)}, wanted ${rcodeName(check.rcode)}`);
  }
  if (check.answer === undefined) return;
  const { qtype } = check;
  const found = message.answer
    .filter(({ type }) => type === qtype)
    .map(({ type, rdata }) => formatRdata(type, rdata));
  if (found.some((text) => comparable(text) === comparable(check.answer!))) return;
  const what = `${formatName(check.name)} ${typeName(qtype)}`;
  const shown = found.length === 0 ? 'no record' : found.slice(0, 4).join(', ');
  throw failure('body', `${what} is ${shown}, wanted ${check.answer}`);
}

/** Case, quotes and a final dot do not count: `"V=1"` of a TXT record may be written `v=1`. */
function comparable(text: string): string {
  return text.replaceAll('"', '').replace(/\.$/, '').toLowerCase();
}

function failure(code: 'error' | 'status' | 'body', reason: string): ProbeFailure {
  return new ProbeFailure({ code, reason: printable(reason) });
}
