import type { HttpCheck, JsonWanted } from '../../config/check-model.ts';
import { limits } from '../../runtime/limits.ts';
import { faultOf } from '../values/comparison.ts';
import { formatJsonPath, readJsonValue } from '../values/json-path.ts';
import type { Progress } from './outcome.ts';
import { ProbeFailure, printable } from './reasons.ts';
import { requireText } from './wanted-text.ts';

/** An answer of either version of HTTP; the body is still to be read, or not. */
export interface HttpResponse {
  readonly status: number;
  /** Where a redirect points. */
  readonly location: string | undefined;
  readonly body: AsyncIterable<Buffer>;
}

/** Throws `ProbeFailure` unless the response is one that the check accepts. */
export async function requireAccepted(
  response: HttpResponse,
  check: HttpCheck,
  progress: Progress,
): Promise<void> {
  requireStatus(response, check);
  if (check.body === undefined && check.json === undefined) return;
  progress.doing = 'reading the response body';
  if (check.body !== undefined) await requireText(response.body, check.body, 'the body');
  if (check.json !== undefined) requireJson(await wholeBody(response.body), check.json);
}

function requireStatus({ status, location }: HttpResponse, check: HttpCheck): void {
  if (check.status.some(([from, to]) => status >= from && status <= to)) return;
  const wanted = check.status.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ');
  const where = location === undefined ? '' : ` to ${location.slice(0, 100)}`;
  const note = status >= 300 && status < 400 ? `${where} (redirects are not followed)` : '';
  throw new ProbeFailure({ code: 'status', reason: printable(`status ${status}${note}, wanted ${wanted}`) });
}

/** Half a document is no document: one that is too long is refused. */
async function wholeBody(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limits.probeBodyBytes)
      throw unwanted(`the body is longer than the ${limits.probeBodyBytes} bytes that are read of JSON`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function requireJson(document: string, wanted: JsonWanted): void {
  const read = readJsonValue(document, wanted.path);
  if (!read.ok) throw unwanted(read.reason);
  const fault = faultOf(read.value, wanted);
  if (fault !== undefined) throw unwanted(`${formatJsonPath(wanted.path)} is ${fault}`);
}

function unwanted(reason: string): ProbeFailure {
  return new ProbeFailure({ code: 'body', reason: printable(reason) });
}
