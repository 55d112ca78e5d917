import { execFileSync } from 'node:child_process';
import { Child, program } from './child.ts';
import { dig, type Server } from './dig.ts';
import type { Directory } from './meridian.ts';
import { loopback, type Network } from './network.ts';

/** A resolver that is not ours, as the tests start it. */
export interface Resolver {
  readonly name: string;
  readonly program: string;
  readonly debianPackage: string;
  /** Checks the written config and ends with 0. */
  readonly check: (file: string) => readonly string[];
  readonly run: (file: string, directory: string) => readonly string[];
  readonly file: string;
  readonly config: (setup: ResolverSetup) => string;
  /** What its log holds when it finds fault with an answer of ours. */
  readonly complaints: RegExp;
}

export interface ResolverSetup {
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly upstream: Upstream;
}

export type Upstream =
  /** All questions below `zone` go to this server. */
  | {
      readonly kind: 'zone';
      readonly zone: string;
      readonly host: string;
      readonly port: number;
      readonly transport: 'udp' | 'tcp' | 'tls';
    }
  /** It iterates from this root server, on port 53 everywhere. */
  | { readonly kind: 'root'; readonly name: string; readonly host: string };

/** A resolver that runs. */
export class RunningResolver implements Server {
  readonly port: number;
  readonly host: string;
  readonly network: Network;
  readonly resolver: Resolver;
  private readonly child: Child;

  private constructor(resolver: Resolver, setup: ResolverSetup, network: Network, child: Child) {
    this.resolver = resolver;
    this.port = setup.port;
    this.host = setup.host;
    this.network = network;
    this.child = child;
  }

  /** Starts it and waits until it answers for `known`, a name with an address. */
  static async start(
    resolver: Resolver,
    directory: Directory,
    setup: Omit<ResolverSetup, 'directory' | 'host'>,
    known: string,
    network: Network = loopback,
  ): Promise<RunningResolver> {
    const path = program(resolver.program, resolver.debianPackage);
    const whole = { ...setup, directory: directory.path, host: '127.0.0.1' };
    const file = directory.write(resolver.file, resolver.config(whole));
    const [checker, ...args] = resolver.check(file);
    execFileSync(program(checker!, resolver.debianPackage), args, { stdio: 'pipe' });
    const child = new Child(network.inside([path, ...resolver.run(file, directory.path)]), directory.path);
    const running = new RunningResolver(resolver, whole, network, child);
    await child.until(`${resolver.name} answers`, async () => {
      const answer = await dig(running, known, 'A', '+tries=1', '+time=2').catch(() => undefined);
      return answer?.status === 'NOERROR' && answer.answer.length > 0;
    });
    return running;
  }

  /** Lines of its log in which it finds fault with us. */
  get complaints(): readonly string[] {
    return this.child.log.split('\n').filter((line) => this.resolver.complaints.test(line));
  }

  get log(): string {
    return this.child.log;
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
