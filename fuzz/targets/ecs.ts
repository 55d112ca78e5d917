import { readMessage } from '../../src/dns/reader.ts';
import { respond } from '../../src/query/respond.ts';
import { QuerySource, Transport } from '../../src/query/source.ts';
import { promise, type Target } from '../target.ts';
import { askAnything, fuzzContext, wire } from './answering.ts';

/**
 * The input is the data of a client subnet option in an otherwise valid query (RFC 7871 §6, §7): FORMERR, or an
 * answer whose option repeats family, source prefix and address.
 */
export function ecsTarget(): Target {
  const context = fuzzContext();
  const name = wire('app.example.com.');
  const source = new QuerySource();
  const out = new Uint8Array(4096);
  return {
    seeds: [
      [0, 1, 24, 0, 198, 51, 100],
      [0, 1, 0, 0],
      [0, 1, 32, 0, 1, 2, 3, 4],
      [0, 2, 56, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 1],
      [0, 2, 128, 0, ...new Array<number>(16).fill(255)],
    ].map((bytes) => Uint8Array.from(bytes)),
    run: (data) => {
      const option = data.subarray(0, 512);
      const packet = queryWith(name, option);
      askAnything(context, packet, Transport.UDP);
      const length = respond(packet, packet.length, source, context, out);
      const message = readMessage(out.slice(0, length))!;
      promise(message.rcode === 0 || message.rcode === 1, `rcode is ${message.rcode}`);
      if (message.rcode === 1) return;
      const subnet = message.edns?.subnet;
      promise(subnet !== undefined, 'a query with a subnet has one in its answer');
      promise(
        subnet.source === option[2] && (subnet.family === 6 ? 2 : 1) === option[1],
        'it is the same subnet',
      );
      promise(Buffer.compare(subnet.address, option.subarray(4)) === 0, 'the address is repeated');
    },
  };
}

function queryWith(name: Uint8Array, option: Uint8Array): Uint8Array {
  const { length } = option;
  const size = length + 4;
  const header = [0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1];
  const opt = [0, 0, 41, 4, 208, 0, 0, 0, 0, size >>> 8, size & 0xff, 0, 8, length >>> 8, length & 0xff];
  return Uint8Array.from([...header, ...name, 0, 1, 0, 1, ...opt, ...option]);
}
