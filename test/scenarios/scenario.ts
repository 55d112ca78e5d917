import { Transport } from '../../src/query/source.ts';
import type { AskOptions, WorldInput } from '../query/world.ts';

/**
 * A scenario file: parts that start with `=== config`, `=== networks`, `=== zone NAME` and `=== steps`. Steps are
 *
 *   # why, as a rule the sentence of the RFC
 *   > NAME TYPE [from IP] [ecs PREFIX] [edns BYTES] [tcp]     a question
 *   NOERROR aa                                                its answer (`query/say.ts`)
 *   ! POOL/ENDPOINT STATE                                     a change of health
 */
export interface Scenario {
  readonly world: WorldInput;
  readonly steps: readonly Step[];
}

export type Step = ({ readonly kind: 'ask' } & AskStep) | ({ readonly kind: 'health' } & HealthStep);

interface AskStep {
  readonly title: string;
  readonly name: string;
  readonly type: string;
  readonly options: AskOptions;
  readonly answer: readonly string[];
}

interface HealthStep {
  readonly endpoint: string;
  readonly state: 'up' | 'down' | 'unknown';
}

export function parseScenario(text: string): Scenario {
  const zones: Record<string, string> = {};
  let config = '';
  let networks: Record<string, string> = {};
  let steps: Step[] = [];
  for (const part of text.split(/^=== /m).slice(1)) {
    const [head, body] = [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)];
    const [kind, name] = head.split(' ');
    if (kind === 'config') config = body;
    else if (kind === 'networks') networks = Object.fromEntries(wordLines(body));
    else if (kind === 'zone') zones[name!] = body;
    else if (kind === 'steps') steps = parseSteps(body);
    else throw new Error(`unknown part: ${head}`);
  }
  return { world: { config, zones, networks }, steps };
}

function wordLines(body: string): [string, string][] {
  const lines = body.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s+/) as [string, string]);
}

function parseSteps(body: string): Step[] {
  const steps: Step[] = [];
  let comment: string[] = [];
  let answer: string[] = [];
  for (const line of body.split('\n').map((each) => each.trim())) {
    if (line.startsWith('#')) comment.push(line.slice(1).trim());
    else if (line.startsWith('!')) {
      const [endpoint, state] = line.slice(1).trim().split(/\s+/);
      steps.push({ kind: 'health', endpoint: endpoint!, state: state as HealthStep['state'] });
    } else if (line.startsWith('>')) {
      answer = [];
      const question = line.slice(1).trim();
      const title = [question, ...comment].join('  # ');
      comment = [];
      steps.push({ kind: 'ask', title, ...parseQuestion(question), answer });
    } else if (line !== '') answer.push(line);
  }
  return steps;
}

function parseQuestion(text: string): Pick<AskStep, 'name' | 'type' | 'options'> {
  const [name, type, ...words] = text.split(/\s+/);
  const options: { -readonly [key in keyof AskOptions]: AskOptions[key] } = {};
  for (let i = 0; i < words.length; i++) {
    if (words[i] === 'tcp') options.transport = Transport.TCP;
    else if (words[i] === 'from') options.source = words[++i]!;
    else if (words[i] === 'ecs') options.subnet = words[++i]!;
    else if (words[i] === 'edns') options.udpBytes = Number(words[++i]);
    else throw new Error(`unknown word ${words[i]} in: ${text}`);
  }
  return { name: name!, type: type!, options };
}
