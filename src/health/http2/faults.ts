import { limits } from '../../runtime/limits.ts';
import { ProbeFailure, printable } from '../probes/reasons.ts';
import type { Http2Frame } from './frames.ts';

/** The endpoint broke the protocol; `why` tells what it did. */
export function refuse(why: string): never {
  throw fault(`the answer is not HTTP/2: ${why}`);
}

export function fault(reason: string): ProbeFailure {
  return new ProbeFailure({ code: 'error', reason: printable(reason) });
}

export function tooLarge(): ProbeFailure {
  return fault(`response headers are larger than ${limits.probeHeaderBytes} bytes`);
}

export function closed(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' });
}

/** Error codes by their numbers (RFC 9113 §7). */
const errorNames = [
  ...[
    'NO_ERROR',
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'SETTINGS_TIMEOUT',
    'STREAM_CLOSED',
  ],
  ...[
    'FRAME_SIZE_ERROR',
    'REFUSED_STREAM',
    'CANCEL',
    'COMPRESSION_ERROR',
    'CONNECT_ERROR',
    'ENHANCE_YOUR_CALM',
  ],
  ...['INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
];

/** The error code at a place of a frame. */
export function errorName(payload: Buffer, at: number): string {
  if (payload.length < at + 4) return refuse('a frame has the wrong size or stream');
  const code = payload.readUInt32BE(at);
  return errorNames[code] ?? `code ${code}`;
}

/** A farewell that lets our one request end is none of ours (RFC 9113 §6.8). */
export function requireStay(payload: Buffer): void {
  const why = errorName(payload, 4);
  if (why === 'NO_ERROR' && (payload.readUInt32BE(0) & 0x7fffffff) >= 1) return;
  throw fault(`the endpoint ended the connection: ${why}`);
}

export function requireOurStream({ stream }: Http2Frame): void {
  if (stream !== 1) refuse('it answers what was not asked');
}
