import { Rcode, RrType, typeName } from '../../src/dns/constants.ts';
import { formatRdata } from '../../src/dns/rdata.ts';
import type { Message } from '../../src/dns/reader.ts';
import { formatAddress, type IpAddress, parseAddress } from '../../src/ip/address.ts';
import { parsePrefix } from '../../src/ip/prefix.ts';
import type { EndpointState } from '../../src/snapshot/compile/conditions.ts';
import { rcodeName } from '../query/say.ts';
import type { PageClient } from './steering-page.ts';
import type { SiteQuestion, SteeringSite } from './steering-site.ts';

/**
 * Lines of a block of answers:
 *
 *   # a remark
 *   down fra-a dub-a                       endpoints' states: up, down, unknown, degraded
 *   host a.example.net 192.0.2.7           what a host name resolves to
 *   at 2026-01-05T12:00:00Z                the clock
 *   london → fra-a; scope 8; TTL 20        what a client's resolver is answered for www; in order
 *   london alice.app AAAA → nothing        another name below example.com, another type
 *   london → 2 of fra-a, dub-a, iad-a      any two of them
 *   london → fra-a; says "text"            the text of the extended error
 *   london → fra-a; explains "text"         what explain prints has this in it
 *   1000 networks of london → 90 % fra-a, 10 % dub-a      shares of the answers, within 4 points
 *   1000 resolvers of london → …, 1000 labels of london app → …, 100 times london → the same
 */
export class SteeringScript {
  private readonly site: SteeringSite;
  private readonly clients: ReadonlyMap<string, PageClient>;
  private readonly names: ReadonlyMap<string, string>;

  constructor(site: SteeringSite, clients: readonly PageClient[]) {
    this.site = site;
    this.clients = new Map(clients.map((client) => [client.name, client]));
    this.names = new Map(
      site.config.pools.flatMap(({ endpoints }) =>
        endpoints.flatMap(({ name, address }) =>
          address === undefined ? [] : [[formatAddress(address), name]],
        ),
      ),
    );
  }

  /** Runs a line; what is wrong with it, or undefined. */
  run(line: string): string | undefined {
    const [word, ...words] = line.split(/\s+/);
    if (line === '' || word === '#') return undefined;
    if (states.includes(word!)) return void this.site.setStates(words, word as EndpointState);
    if (word === 'host')
      return void this.site.setHost(
        words[0]!,
        words.slice(1).map((text) => parseAddress(text)!),
      );
    if (word === 'at') return void this.site.setTime(Date.parse(words[0]!));
    const { count, over, ...question } = this.parse(line);
    const [wanted, ...more] = question.wanted.split(/; (?=scope |TTL |says |explains )/);
    const questions = Array.from({ length: count }, (_, i) => questionOf(question, over, i));
    const messages = questions.map((each) => this.site.ask(each));
    const answers = messages.map((message) => this.answerOf(message));
    const got = over === undefined ? answers[0]! : told(answers);
    const facts = more.map((fact) =>
      fact.startsWith('explains ')
        ? explained(this.site.explain(questions[0]!), fact)
        : factOf(messages[0]!, fact),
    );
    const fits = over === undefined ? fitsOne(wanted!, got) : fitsMany(wanted!, answers);
    return fits && facts.join() === more.join() ? undefined : `${line}   but: ${[got, ...facts].join('; ')}`;
  }

  private parse(line: string) {
    const match = linePattern.exec(line);
    const client = this.clients.get(match?.[3] ?? '');
    if (match === null || client === undefined) throw new Error(`cannot be read: ${line}`);
    const [, count = '1', over, , name = 'www', type = 'A', wanted] = match;
    return { count: Number(count), over, client, name, type, wanted: wanted! };
  }

  /** `fra-a, dub-a` */
  private answerOf({ rcode, answer }: Message): string {
    if (rcode !== Rcode.NOERROR) return rcodeName(rcode);
    if (answer.length === 0) return 'nothing';
    return answer.map(({ type, rdata }) => this.nameOf(type, rdata)).join(', ');
  }

  private nameOf(type: number, rdata: Uint8Array): string {
    if (type !== RrType.A && type !== RrType.AAAA) return `${typeName(type)} ${formatRdata(type, rdata)}`;
    const address = formatAddress({ family: type === RrType.A ? 4 : 6, bytes: rdata });
    return this.names.get(address) ?? address;
  }
}

interface Question {
  readonly client: PageClient;
  /** Relative to example.com. */
  readonly name: string;
  readonly type: string;
}

/** The i-th of many questions that differ in what they are `over`. */
function questionOf({ client, name, type }: Question, over: string | undefined, i: number): SiteQuestion {
  const { family, bytes } = parsePrefix(client.network)!.address;
  const address: IpAddress = { family, bytes: Uint8Array.from(bytes) };
  if (over === 'networks') [address.bytes[1], address.bytes[2]] = [i >>> 8, i];
  const owner = name === '@' ? 'example.com' : `${name}.example.com`;
  return {
    name: over === 'labels' ? `label${i}.${owner}` : owner,
    type,
    subnet: `${formatAddress(address)}/${family === 4 ? 24 : 56}`,
    resolver: over === 'resolvers' ? `9.${i >>> 8}.${i & 0xff}.9` : '9.9.9.9',
  };
}

const states: readonly string[] = ['up', 'down', 'unknown', 'degraded'];
const linePattern =
  /^(?:(\d+) (networks|resolvers|labels|times) (?:of )?)?([a-z]+)(?: ([a-z0-9@._-]+))?(?: ([A-Z]+))? +→ (.+)$/;

/** Points by which a share may be off. */
const TOLERANCE = 4;

function fitsOne(wanted: string, got: string): boolean {
  const choice = /^(\d+) of (.+)$/.exec(wanted);
  if (choice === null) return wanted === got;
  const among = new Set(choice[2]!.split(', '));
  const given = got.split(', ');
  return new Set(given).size === Number(choice[1]) && given.every((name) => among.has(name));
}

function fitsMany(wanted: string, answers: readonly string[]): boolean {
  const shares = sharesOf(answers);
  if (wanted === 'the same') return shares.size === 1;
  const parts = wanted.split(', ').map((part) => /^(\d+) % (.+)$/.exec(part));
  return (
    parts.length === shares.size &&
    parts.every((part) => Math.abs((shares.get(part?.[2] ?? '') ?? -100) - Number(part?.[1])) <= TOLERANCE)
  );
}

function told(answers: readonly string[]): string {
  return [...sharesOf(answers)].map(([name, share]) => `${share.toFixed(1)} % ${name}`).join(', ');
}

/** Percent by answer. */
function sharesOf(answers: readonly string[]): Map<string, number> {
  const shares = new Map<string, number>();
  for (const answer of answers) shares.set(answer, (shares.get(answer) ?? 0) + 100 / answers.length);
  return shares;
}

/** The fact, when the explanation has its text; else the explanation. */
function explained(explanation: string, fact: string): string {
  const text = JSON.parse(fact.slice('explains '.length)) as string;
  return explanation.includes(text) ? fact : `\n${explanation}\n`;
}

/** What the answer has in place of a fact that is claimed. */
function factOf({ answer, authority, edns }: Message, fact: string): string {
  const [word] = fact.split(' ');
  if (word === 'scope') return `scope ${edns?.subnet?.scope}`;
  if (word === 'TTL') return `TTL ${[...answer, ...authority][0]?.ttlSeconds}`;
  if (word === 'says') return `says ${JSON.stringify(edns?.extended?.text)}`;
  throw new Error(`no such fact: ${fact}`);
}
