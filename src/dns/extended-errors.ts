import { EdnsOption } from './constants.ts';

/** An extended error (RFC 8914): why an answer is what it is. */
export interface ExtendedError {
  readonly code: number;
  readonly text: string;
  /** The option as it stands in an answer, code and length with it. */
  readonly option: Uint8Array;
}

/** Bytes of an option without text. */
export const BARE_ERROR = 6;

/** `text`: ASCII, one line. Encoded once: the query path copies. */
export function extendedError(code: number, text: string): ExtendedError {
  const length = text.length + 2;
  const head = [0, EdnsOption.EDE, length >>> 8, length & 0xff, code >>> 8, code & 0xff];
  return { code, text, option: Uint8Array.from([...head, ...new TextEncoder().encode(text)]) };
}

/** Info codes that we give (RFC 8914 §4). */
export const InfoCode = {
  OTHER: 0,
  STALE_ANSWER: 3,
  NOT_READY: 14,
  PROHIBITED: 18,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
} as const;
