import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { program } from './child.ts';
import { loopback, type Network } from './network.ts';

/** What dig showed of an answer. Records are `owner TTL IN type data` with single spaces. */
export interface Dug {
  readonly status: string;
  readonly flags: readonly string[];
  readonly answer: readonly Record[];
  readonly authority: readonly Record[];
  /** `81.2.69.0/24/16` */
  readonly subnet: string | undefined;
}

interface Record {
  readonly owner: string;
  readonly ttlSeconds: number;
  readonly type: string;
  readonly data: string;
}

export interface Server {
  readonly host?: string;
  readonly port: number;
  readonly network?: Network;
}

/** Asks with dig; `words` are its arguments. @throws Error when there is no answer. */
export async function dig(server: Server, ...words: readonly string[]): Promise<Dug> {
  const { host = '127.0.0.1', port, network = loopback } = server;
  const [file, ...args] = network.inside([
    ...[program('dig', 'bind9-dnsutils'), `@${host}`, '-p', String(port), '+tries=4', '+time=4', '+nocookie'],
    ...words,
  ]);
  const { stdout } = await promisify(execFile)(file!, args);
  return readDig(stdout);
}

function readDig(text: string): Dug {
  const section = (name: string): Record[] => {
    const body = new RegExp(`^;; ${name} SECTION:\n((?:[^;\n].*\n)*)`, 'm').exec(text)?.[1] ?? '';
    return body.trim() === '' ? [] : body.trim().split('\n').map(readRecord);
  };
  return {
    status: /status: (\w+)/.exec(text)?.[1] ?? '',
    flags: /flags: ([a-z ]+);/.exec(text)?.[1]?.split(' ') ?? [],
    answer: section('ANSWER'),
    authority: section('AUTHORITY'),
    subnet: /CLIENT-SUBNET: (\S+)/.exec(text)?.[1],
  };
}

function readRecord(line: string): Record {
  const [owner = '', ttl = '', , type = '', ...data] = line.split(/\s+/);
  return { owner, ttlSeconds: Number(ttl), type, data: data.join(' ') };
}
