import { parseAddress } from '../../src/ip/address.ts';
import { Transport } from '../../src/query/source.ts';
import { NameBook } from '../../src/query-log/names.ts';
import { LogRecord } from '../../src/query-log/record.ts';
import { wireName } from '../zone/load.ts';

export const names = new NameBook([
  { generation: 1, policies: ['old'], regions: ['nowhere'] },
  { generation: 5, policies: ['app', 'api'], regions: ['us-east', 'eu-west'] },
]);

export interface RecordParts {
  readonly client?: string;
  readonly subnet?: string;
  readonly name?: string;
  readonly fields?: Partial<LogRecord>;
}

/** A steered answer over UDP; `name: ''` leaves the question out. */
export function recordOf({
  client = '192.0.2.77',
  subnet,
  name = 'App.example.com.',
  fields,
}: RecordParts = {}): LogRecord {
  const record = new LogRecord();
  record.timeMs = Date.UTC(2026, 2, 1, 12, 0, 0, 123);
  record.generation = 7;
  record.transport = Transport.UDP;
  record.port = 5_353;
  record.id = 0x1234;
  record.flags = 0x8500;
  record.answerBytes = 72;
  record.policy = 0;
  record.region = 1;
  record.type = 1;
  record.class = 1;
  record.family = fill(record.client, client);
  if (subnet !== undefined) {
    const [address, length] = subnet.split('/');
    record.edns = true;
    record.udpBytes = 1_232;
    record.subnetFamily = fill(record.subnet, address!);
    record.subnetSource = Number(length);
    record.subnetScope = 20;
  }
  const wire = name === '' ? new Uint8Array(0) : wireName(name);
  record.name.set(wire);
  record.nameLength = wire.length;
  return Object.assign(record, fields);
}

function fill(words: Uint32Array, text: string): 4 | 6 {
  const { bytes, family } = parseAddress(text)!;
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 4) words[at / 4] = view.getUint32(at);
  return family;
}
