import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventKinds } from '../../src/config/event-kinds.ts';
import { configOf, loadText, problemsOf } from './load-text.ts';

const zones = 'zones: [ { name: example.com, file: z } ]\n';
const secret = '0123456789abcdef0123456789abcdef';
const files = (content = `${secret}\n`): Record<string, string> => ({
  [resolve('hook.secret')]: content,
  [resolve('open.secret')]: content,
});
const withHook = (hook: string) => `notify: { webhooks: [ ${hook} ] }\n${zones}`;
const usual = '{ url: "https://hooks.example.com/a?b=c", secret-file: hook.secret }';

describe('notify section', () => {
  it('has no webhook when it is left out or empty', () => {
    expect(configOf(zones).webhooks).toEqual([]);
    expect(configOf(`notify: {}\n${zones}`).webhooks).toEqual([]);
  });

  it('posts all kinds of events, within 5 s, unless told otherwise', () => {
    expect(configOf(withHook(usual), files()).webhooks).toEqual([
      { url: 'https://hooks.example.com/a?b=c', secret, kinds: new Set(eventKinds), timeoutMs: 5_000 },
    ]);
    const more = usual.replace('}', ', kinds: [ pool, config ], timeout: 30s }');
    expect(configOf(withHook(more), files()).webhooks).toMatchObject([
      { kinds: new Set(['pool', 'config']), timeoutMs: 30_000 },
    ]);
  });

  it('warns of a secret that everybody may read', () => {
    const [problem, ...others] = loadText(withHook(usual.replace('hook.', 'open.')), files()).problems;
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ severity: 'warning', code: 'CONFIG_VALUE' });
    expect(problem!.message).toContain('`open.secret` may be read by every user of this machine');
  });

  it.each([
    ['too short', 'abc'],
    ['empty', ''],
    ['two lines', `${secret}\n${secret}`],
    ['not printable', `${secret}\u0007`],
  ])('refuses a secret that is %s, and does not show it', (_, content) => {
    const [problem] = problemsOf(withHook(usual), files(content));
    expect(problem).toMatch(/^1:\d+: `hook\.secret` holds no secret; wanted one line of 32 to 256 printable/);
    if (content !== '') expect(problem).not.toContain(content);
  });

  it('refuses a secret that is not there', () => {
    expect(problemsOf(withHook(usual))).toEqual([
      expect.stringMatching(/cannot read `hook\.secret`: no such file \[CONFIG_READ\]$/),
    ]);
  });

  it.each([
    'ftp://example.com/',
    'https://eva:hunter2@example.com/',
    'https://example.com/#x',
    'hunter2',
    '/hunter2',
  ])('refuses the address %s, and does not show it', (url) => {
    const problems = problemsOf(withHook(`{ url: "${url}", secret-file: hook.secret }`), files());
    expect(problems).toEqual([expect.stringContaining('`url`: found something else, wanted an address')]);
    expect(problems[0]).not.toContain('hunter2');
  });

  it.each([
    [usual.replace('}', ', kinds: [ pol ] }'), 'did you mean `pool`?'],
    [usual.replace('}', ', kinds: [] }'), 'wanted a list of endpoint, region'],
    [usual.replace('}', ', timeout: 31s }'), 'wanted a duration from 100ms to 30s'],
    [usual.replace('}', ', retries: 3 }'), 'unknown key `retries`'],
    ['{ url: "https://a.example/" }', '`secret-file` is missing'],
    [Array.from({ length: 9 }, () => usual).join(), 'wanted a list of at most 8 webhooks'],
  ])('refuses %s', (hook, message) => {
    expect(problemsOf(withHook(hook), files())).toEqual([expect.stringContaining(message)]);
  });
});
