import { UsageError } from './arguments.ts';

/** Where a server listens unless its config says otherwise. */
export const defaultUrl = 'http://127.0.0.1:8053';

/** What a running server answers to `GET path?texts`; a string says what went wrong. `hint`: what to do when none answers. */
export async function askServer<T extends object>(
  url: string,
  path: string,
  texts: Readonly<Record<string, string | undefined>>,
  hint: string,
): Promise<T | string> {
  const query = Object.entries(texts).filter((text): text is [string, string] => text[1] !== undefined);
  let target: URL;
  try {
    target = new URL(`${path}?${new URLSearchParams(query)}`, url);
  } catch {
    throw new UsageError(`--url ${JSON.stringify(url)} is no URL`);
  }
  try {
    const response = await fetch(target, { signal: AbortSignal.timeout(5_000) });
    const body: unknown = await response.json();
    if (response.ok) return body as T;
    return `${target.origin} answered ${response.status}: ${JSON.stringify(body)}`;
  } catch (error) {
    const reason =
      error instanceof Error ? ((error.cause as Error | undefined)?.message ?? error.message) : error;
    return `cannot ask ${target.origin}: ${reason}; ${hint}`;
  }
}
