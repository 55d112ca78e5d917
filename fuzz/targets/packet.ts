import { writeQuestion } from '../../src/dns/question.ts';
import { Transport } from '../../src/query/source.ts';
import type { Target } from '../target.ts';
import { askAnything, fuzzContext, wire } from './answering.ts';

const names = ['app', 'www', 'loop', 'x.wild', 'er.ent', 'a.moved', 'host.sub', 'big', 'nope', 'mail'];
const types = [1, 28, 2, 6, 5, 15, 16, 255, 43, 252];

/** One datagram: whatever it holds, silence or a message. */
export function packetTarget(): Target {
  const context = fuzzContext();
  const subnet = { family: 4, source: 24, bytes: Uint8Array.of(198, 51, 100, 0) } as const;
  return {
    seeds: names.flatMap((name, i) => {
      const owner = wire(`${name}.example.com.`);
      return [
        writeQuestion(owner, types[i]!, { id: i }),
        writeQuestion(owner, 1, { id: i, udpBytes: 4096 }),
        writeQuestion(owner, 28, { id: i, udpBytes: 512, subnet }),
      ];
    }),
    run: (input) => {
      askAnything(context, input, Transport.UDP);
      askAnything(context, input, Transport.TCP);
    },
  };
}
