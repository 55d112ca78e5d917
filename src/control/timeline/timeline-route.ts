import type { Hono } from 'hono';
import { limits } from '../../runtime/limits.ts';
import type { PageRequest, Timeline } from './timeline.ts';

const usualPage = 100;

/** `GET /api/v1/timeline?since=&limit=&pool=`: what happened on this node. */
export function addTimelineRoute(app: Hono, timeline: Pick<Timeline, 'page'>): void {
  app.get('/api/v1/timeline', (c) => {
    const request = readPageRequest(c.req.query());
    return typeof request === 'string' ? c.json({ error: request }, 400) : c.json(timeline.page(request));
  });
}

/** The parameters of a page as text. */
export interface PageTexts {
  readonly since?: string | undefined;
  readonly limit?: string | undefined;
  readonly pool?: string | undefined;
}

/** Parses the parameters, of the API and of the command line alike; a string says what is wrong. */
export function readPageRequest({ since, limit, pool }: PageTexts): PageRequest | string {
  const from = since === undefined ? undefined : readSince(since);
  if (since !== undefined && from === undefined)
    return `\`since\`: ${JSON.stringify(since.slice(0, 40))} is neither the id of an event nor a time such as 30m, 1h or 7d`;
  const most = limit === undefined ? usualPage : Number(limit);
  if ((limit !== undefined && !/^[0-9]{1,6}$/.test(limit)) || most < 1 || most > limits.timelinePage)
    return `\`limit\`: wanted 1 to ${limits.timelinePage}`;
  return { since: from, limit: most, pool };
}

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function readSince(text: string): PageRequest['since'] {
  const [, digits, unit] = /^([0-9]{1,15})([smhd])?$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  return unit === undefined ? { id: number } : { agoMs: number * unitMs[unit as keyof typeof unitMs] };
}
