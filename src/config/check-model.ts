import type { WireName } from '../dns/names.ts';

/** What a monitor checks, by type. Ports are undefined where the type has no usual one. */
export type ProbeCheck = HttpCheck | TcpCheck | DnsCheck | GrpcCheck | IcmpCheck;

export interface TcpCheck {
  readonly type: 'tcp';
  readonly port: number | undefined;
}

export interface HttpCheck {
  readonly type: 'http' | 'https';
  readonly port: number;
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** Host header and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of accepted statuses. */
  readonly status: readonly (readonly [number, number])[];
  /** Text that the first 64 KiB of the body must hold. */
  readonly body: string | undefined;
  /** False skips certificate checks: named so that it cannot be overlooked. https only. */
  readonly verifyCertificate: boolean;
  /** PEM of additional authorities, read at load. https only. */
  readonly ca: string | undefined;
}

export interface DnsCheck {
  readonly type: 'dns';
  readonly port: number;
  readonly name: WireName;
  readonly qtype: number;
  readonly transport: 'udp' | 'tcp';
  readonly rcode: number;
  /** Data of one record of the asked type, addresses in their usual form. */
  readonly answer: string | undefined;
}

export interface GrpcCheck {
  readonly type: 'grpc';
  readonly port: number | undefined;
  /** Empty: the server as a whole. */
  readonly service: string;
  readonly tls: boolean;
  /** Authority of the call and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly verifyCertificate: boolean;
  /** PEM of additional authorities, read at load. */
  readonly ca: string | undefined;
}

export interface IcmpCheck {
  readonly type: 'icmp';
  /** Not used: 0. */
  readonly port: number;
}
