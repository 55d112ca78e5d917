import { RecordWord } from '../query/log-layout.ts';
import { limits } from '../runtime/limits.ts';

/** One query as it stood in a ring. One object for the whole log, filled anew for each record. */
export class LogRecord {
  timeMs = 0;
  generation = 0;
  family: 4 | 6 = 4;
  /** An index of `countedTransports`. */
  transport = 0;
  /** The client's address as words, those of IPv6 in four. */
  readonly client = new Uint32Array(4);
  port = 0;
  id = 0;
  /** Of the answer, without the response code. */
  flags = 0;
  rcode = 0;
  answerBytes = 0;
  /** −1 for none. */
  policy = -1;
  region = -1;
  edns = false;
  dnssecOk = false;
  udpBytes = 0;
  /** 0 without a client subnet. */
  subnetFamily: 0 | 4 | 6 = 0;
  subnetSource = 0;
  subnetScope = 0;
  readonly subnet = new Uint32Array(4);
  /** 0 without a question that could be read; type and class then say nothing. */
  nameLength = 0;
  type = 0;
  class = 0;
  /** The question's name in wire form, with its case. */
  readonly name = new Uint8Array(limits.nameBytes + 1);
}

/** Copies the slot at `at`, in words, out of a ring. */
export function readRecord(words: Int32Array, bytes: Uint8Array, at: number, record: LogRecord): void {
  const word = (field: number) => words[at + field]!;
  const peer = word(RecordWord.PEER);
  const outcome = word(RecordWord.OUTCOME);
  const subnet = word(RecordWord.SUBNET);
  const edns = word(RecordWord.EDNS);
  const question = word(RecordWord.QUESTION);
  const head = word(RecordWord.ID_FLAGS);
  record.generation = word(RecordWord.GENERATION) >>> 0;
  record.family = (peer & 0xff) === 6 ? 6 : 4;
  record.transport = (peer >>> 8) & 0xff;
  record.port = peer >>> 16;
  record.id = head >>> 16;
  record.flags = head & 0xffff;
  record.rcode = outcome >>> 16;
  record.answerBytes = outcome & 0xffff;
  record.policy = word(RecordWord.POLICY);
  record.region = word(RecordWord.REGION);
  record.edns = (edns & 1) !== 0;
  record.dnssecOk = (edns & 2) !== 0;
  record.udpBytes = edns >>> 16;
  record.subnetFamily = subnet >>> 16 === 6 ? 6 : subnet >>> 16 === 4 ? 4 : 0;
  record.subnetSource = (subnet >>> 8) & 0xff;
  record.subnetScope = subnet & 0xff;
  for (let i = 0; i < 4; i++) {
    record.client[i] = word(RecordWord.CLIENT + i);
    record.subnet[i] = word(RecordWord.SUBNET_ADDRESS + i);
  }
  record.type = question >>> 16;
  record.class = question & 0xffff;
  record.nameLength = Math.min(word(RecordWord.NAME_LENGTH), limits.nameBytes);
  const from = 4 * (at + RecordWord.NAME);
  for (let i = 0; i < record.nameLength; i++) record.name[i] = bytes[from + i]!;
}
