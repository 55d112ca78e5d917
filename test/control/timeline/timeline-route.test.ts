import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { PageRequest } from '../../../src/control/timeline/timeline.ts';
import { addTimelineRoute } from '../../../src/control/timeline/timeline-route.ts';

async function ask(query: string) {
  const asked: PageRequest[] = [];
  const app = new Hono();
  addTimelineRoute(app, {
    page: (request) => {
      asked.push(request);
      return { events: [], more: false };
    },
  });
  const response = await app.request(`/api/v1/timeline${query}`);
  return { status: response.status, body: (await response.json()) as { error?: string }, asked: asked[0] };
}

describe('GET /api/v1/timeline', () => {
  it.each([
    ['', { since: undefined, limit: 100, pool: undefined }],
    ['?since=17&limit=1000', { since: { id: 17 }, limit: 1_000, pool: undefined }],
    ['?since=90s&pool=app', { since: { agoMs: 90_000 }, limit: 100, pool: 'app' }],
    ['?since=7d', { since: { agoMs: 604_800_000 }, limit: 100, pool: undefined }],
  ])('reads %j', async (query, request) => {
    expect(await ask(query)).toEqual({ status: 200, body: { events: [], more: false }, asked: request });
  });

  it.each([
    [
      '?since=yesterday',
      '`since`: "yesterday" is neither the id of an event nor a time such as 30m, 1h or 7d',
    ],
    ['?since=-1', '`since`: "-1" is neither'],
    ['?since=', '`since`: "" is neither'],
    ['?limit=0', '`limit`: wanted 1 to 1000'],
    ['?limit=1001', '`limit`: wanted 1 to 1000'],
    ['?limit=1e2', '`limit`: wanted 1 to 1000'],
  ])('refuses %j', async (query, message) => {
    const { status, body } = await ask(query);
    expect(status).toBe(400);
    expect(body.error).toContain(message);
  });
});
