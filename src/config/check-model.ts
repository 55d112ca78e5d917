import type { JsonPath, JsonScalar } from '../health/values/json-path.ts';
import type { ProbeTls } from './tls-model.ts';

/** What a monitor checks, by type. Ports are undefined where the type has no usual one. */
export type ProbeCheck = HttpCheck | TcpCheck | TlsCheck;

export interface TcpCheck {
  readonly type: 'tcp';
  readonly port: number | undefined;
  /** Sent once the connection is open. */
  readonly send: string | undefined;
  /** Text that the first 64 KiB of what comes back must hold. */
  readonly expect: string | undefined;
}

export interface TlsCheck {
  readonly type: 'tls';
  readonly port: number;
  /** Name that the certificate must be for; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly tls: ProbeTls;
}

export interface HttpCheck {
  readonly type: 'http' | 'https';
  readonly port: number;
  /** `auto`: 2 where a TLS endpoint offers it, else 1.1. */
  readonly version: 'auto' | '1.1' | '2';
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** Host header and TLS server name; undefined: the endpoint's address. */
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Inclusive ranges of accepted statuses. */
  readonly status: readonly (readonly [number, number])[];
  /** Text that the first 64 KiB of the body must hold. */
  readonly body: string | undefined;
  readonly json: JsonWanted | undefined;
  /** Undefined for type http. */
  readonly tls: ProbeTls | undefined;
}

/** What must stand at a path of a body that is JSON. `equals` stands alone; bounds are inclusive. */
export interface JsonWanted {
  readonly path: JsonPath;
  readonly equals: Exclude<JsonScalar, null> | undefined;
  readonly atMost: number | undefined;
  readonly atLeast: number | undefined;
}
