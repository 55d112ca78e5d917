import { isHtml, missing, type NumberRead, readSample } from './value.ts';

/**
 * The value in an answer of Prometheus to an instant query (`/api/v1/query`): that of a scalar, or of the one series
 * of a vector. Never throws.
 */
export function readInstantQuery(body: string): NumberRead {
  if (isHtml(body)) return missing('the answer is HTML, not an answer of Prometheus');
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return missing('the answer is not JSON');
  }
  const { status, data, error } = fields(answer);
  if (status === 'error') return missing(`Prometheus says: ${typeof error === 'string' ? error : 'error'}`);
  const { resultType, result } = fields(data);
  if (status !== 'success' || !Array.isArray(result)) return missing('the answer is not one of Prometheus');
  if (resultType === 'scalar') return readPair(result);
  if (resultType !== 'vector') return missing('the query gives neither a scalar nor an instant vector');
  if (result.length === 0) return missing('the query finds no series');
  if (result.length > 1) return missing(`the query finds ${result.length} series; it must give one`);
  return readPair(fields(result[0]).value);
}

/** `[time, "value"]` */
function readPair(pair: unknown): NumberRead {
  const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
  return typeof value === 'string' ? readSample(value) : missing('the answer holds no value');
}

type Fields = Partial<Record<'status' | 'data' | 'error' | 'resultType' | 'result' | 'value', unknown>>;

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? value : {};
}
