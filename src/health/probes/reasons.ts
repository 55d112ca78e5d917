import { limits } from '../../runtime/limits.ts';
import type { ProbeCode } from './probe.ts';

/** A failure as a probe reports it: everything of a `ProbeResult` but the time. */
export interface Failure {
  readonly code: Exclude<ProbeCode, 'success'>;
  readonly reason: string;
  readonly ownFault?: true;
  readonly unreached?: true;
}

/** Thrown inside a probe with what it will report. Never leaves the probe. */
export class ProbeFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.reason);
    this.failure = failure;
  }
}

/** What a failed connect means, by the system's code. */
const connectReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused: nothing listens there',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable from this machine',
  EHOSTDOWN: 'host is down',
  EACCES: 'connection forbidden by this machine',
  EPERM: 'connection forbidden by a firewall of this machine',
  ETIMEDOUT: 'connection timed out',
};

const openFiles = 'raise the limit of open files: LimitNOFILE of the unit, or ulimit -n';
const memory = 'this machine is short of memory for sockets';
const ports = 'this machine has no free port, or no address of that family: see net.ipv4.ip_local_port_range';

/** Said by this machine or a router, not by the endpoint. */
const unreachedCodes = new Set([
  ...['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT', 'EACCES', 'EPERM'],
]);

/** This machine lacks something, which is no word about the endpoint: what to do, by the system's code. */
const ownFaults: Readonly<Record<string, string>> = {
  EMFILE: openFiles,
  ENFILE: 'raise fs.file-max of this machine',
  ENOBUFS: memory,
  ENOMEM: memory,
  EADDRNOTAVAIL: ports,
  EAGAIN: ports,
};

/** `source`: the address that the socket was to be bound to. */
export function connectFailure(error: unknown, source?: string): Failure {
  const code = codeOf(error);
  if (source !== undefined && isOfBind(error)) {
    const why = code === 'EADDRNOTAVAIL' ? 'it is no address of this machine' : messageOf(error);
    return { code: 'error', reason: `no probe was possible from ${source}: ${why}`, ownFault: true };
  }
  const advice = ownFaults[code];
  if (advice !== undefined)
    return { code: 'error', reason: `no probe was possible: ${messageOf(error)}; ${advice}`, ownFault: true };
  const reason = connectReasons[code] ?? `cannot connect: ${messageOf(error)}`;
  return { code: 'connect', reason, ...(unreachedCodes.has(code) ? { unreached: true } : {}) };
}

/** `host` is the name that the certificate should be for. */
export function tlsFailure(error: unknown, host: string): Failure {
  return { code: 'tls', reason: printable(tlsReason(error, host)) };
}

function tlsReason(error: unknown, host: string): string {
  const code = codeOf(error);
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'certificate has expired';
    case 'CERT_NOT_YET_VALID':
      return 'certificate is not valid yet';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `certificate is not for ${host}: ${messageOf(error)}`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'certificate is self-signed and not among the known authorities';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'certificate is signed by an unknown authority, or an intermediate certificate is missing';
    case 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL':
      return 'TLS handshake failed: the endpoint speaks none of the wanted versions of HTTP';
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA':
    case 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE':
    case 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN':
      return 'TLS handshake refused: the endpoint may want a certificate of ours, or other settings';
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'TLS handshake failed: the port does not speak TLS';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection closed during the TLS handshake';
    default:
      return `TLS handshake failed: ${messageOf(error)}`;
  }
}

/** A connected endpoint that answers with something else than HTTP, or not to the end. */
export function exchangeFailure(error: unknown): Failure {
  const code = codeOf(error);
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { code: 'error', reason: `response headers are larger than ${limits.probeHeaderBytes} bytes` };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return { code: 'error', reason: 'connection closed before the response was complete' };
    case 'ERR_INVALID_CHAR':
    case 'ERR_INVALID_HTTP_TOKEN':
    case 'ERR_UNESCAPED_CHARACTERS':
      return { code: 'error', reason: printable(`the request cannot be made: ${messageOf(error)}`) };
    default:
      if (code.startsWith('HPE_')) return { code: 'error', reason: 'the answer is not HTTP' };
      return { code: 'error', reason: printable(`no complete response: ${messageOf(error)}`) };
  }
}

/** Some text here comes from the other side: one line, no control characters, bounded. */
export function printable(text: string): string {
  const line = text.slice(0, 4 * limits.probeReasonLength).replace(/[^\x20-\x7e\u00a1-\u024f]+/g, ' ');
  return line.length <= limits.probeReasonLength ? line : `${line.slice(0, limits.probeReasonLength - 1)}…`;
}

function isOfBind(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'bind';
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
