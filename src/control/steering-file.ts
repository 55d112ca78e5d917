import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { limits } from '../runtime/limits.ts';
import { readStateFile, writeStateFile } from '../runtime/state-file.ts';
import type { RememberedSteering } from './remembered-steering.ts';

const fileName = 'steering.json';
const version = 1;
const nothing: RememberedSteering = { pools: [], returns: [], verdicts: [], good: [] };

/** Reads `steering.json`. A missing file holds nothing; one that cannot be used is a problem told in one line. */
export async function readSteeringFile(
  directory: string,
  nowMs: number,
): Promise<{ readonly remembered: RememberedSteering } | { readonly problem: string }> {
  const read = await readStateFile(directory, fileName, limits.steeringFileBytes);
  if ('problem' in read) return read;
  if (read.text === undefined) return { remembered: nothing };
  const found = unseal(read.text, nowMs);
  if (typeof found !== 'string') return { remembered: found };
  return { problem: `${join(directory, fileName)} is ignored: ${found}` };
}

/** Replaces `steering.json` whole or not at all. Returns a problem told in one line. */
export async function writeSteeringFile(
  directory: string,
  nowMs: number,
  remembered: RememberedSteering,
): Promise<string | undefined> {
  const content = JSON.stringify(remembered);
  const writtenAtMs = Math.trunc(nowMs);
  const sum = sumOf(version, writtenAtMs, content);
  const text = `{"version":${version},"writtenAtMs":${writtenAtMs},"sha256":"${sum}","content":${content}}\n`;
  const problem = await writeStateFile(directory, fileName, text);
  return problem && `${problem}; slow starts and floors will not survive a restart`;
}

const sealed =
  /^\{"version":([0-9]{1,6}),"writtenAtMs":([0-9]{1,15}),"sha256":"([0-9a-f]{64})","content":(.*)\}\n$/s;

/** What the text holds, or why it cannot be used. */
function unseal(text: string, nowMs: number): RememberedSteering | string {
  const [, foundVersion, foundAtMs, sum, content] = sealed.exec(text) ?? [];
  if (content === undefined) return 'it is not a steering file, or a part of one';
  if (Number(foundVersion) !== version)
    return `it is of version ${foundVersion}, this program writes ${version}`;
  const writtenAtMs = Number(foundAtMs);
  if (sumOf(version, writtenAtMs, content) !== sum) return 'it is damaged: its sum does not fit';
  // Written under another clock: nothing in it says when anything was.
  if (writtenAtMs > nowMs + 1_000) return 'it was written in the future';
  const ageMs = nowMs - writtenAtMs;
  if (ageMs > limits.steeringMemoryAgeMs) return `it was written ${Math.round(ageMs / 60_000)} minutes ago`;
  return parseContent(content) ?? 'it does not hold what it should';
}

function sumOf(ofVersion: number, writtenAtMs: number, content: string): string {
  return createHash('sha256').update(`${ofVersion} ${writtenAtMs} ${content}`).digest('hex');
}

/** The sum says that it was written so; what is in it is looked at all the same. */
function parseContent(content: string): RememberedSteering | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { pools, returns, verdicts, good } = value;
  const fits =
    isList(pools, (one) => isText(one['pool']) && isText(one['identity'])) &&
    isList(returns, (one) => isText(one['pool']) && isText(one['region']) && areTimes(one)) &&
    isList(verdicts, (one) => isText(one['pool']) && isText(one['endpoint']) && states.has(one['state'])) &&
    isList(good, (one) => isText(one['pool']) && isText(one['kind']) && areTexts(one['endpoints']));
  return fits ? (value as unknown as RememberedSteering) : undefined;
}

const states = new Set<unknown>(['up', 'degraded', 'unknown', 'down']);

function areTimes({ downSinceMs, returnedMs }: Fields): boolean {
  return [downSinceMs, returnedMs].every((time) => time === null || Number.isFinite(time));
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isList(value: unknown, fits: (one: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((one) => isObject(one) && fits(one));
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
