import { z } from 'zod';
import { parseJsonPath } from '../../health/values/json-path.ts';
import { parseSelector } from '../../health/values/prometheus-page.ts';
import { readAuthorities } from '../authorities.ts';
import type { Comparison, ValueCheck, ValueSource } from '../check-model.ts';
import { text } from '../values.ts';
import { type MonitorContext, monitorKeys } from './base.ts';
import { requestKeys } from './http.ts';
import { tlsKeys } from './tls.ts';

const usualPort = 80;
const urlWanted =
  'an http or https URL without user, password or `#`; {address}, {endpoint}, {region} and {pool} are filled in';
const bound = () => z.number({ error: 'a number' }).optional();

export const prometheusSchema = z
  .strictObject({
    type: z.literal('prometheus').describe('Checks a value of Prometheus, of a metrics page or of JSON.'),
    ...monitorKeys(usualPort),
    url: text(urlWanted)
      .refine(isUrl, { error: urlWanted })
      .optional()
      .describe('Base of a Prometheus, or a page. Default: the page of the endpoint itself.'),
    path: requestKeys.path
      .unwrap()
      .optional()
      .describe("Path of the endpoint's own page. Default: `/metrics`, or `/` with `json`."),
    headers: requestKeys.headers,
    ca: tlsKeys.ca,
    query: text('a PromQL expression on one line')
      .max(4_096, { error: 'a PromQL expression of at most 4096 characters' })
      .optional()
      .describe('Instant query that gives one value. Needs `url`.'),
    metric: text('a metric such as up or load{pool="app"}')
      .refine((written) => parseSelector(written) !== undefined, {
        error: 'a metric such as up or load{pool="app"}',
      })
      .optional()
      .describe('Metric on the page, with as many labels as make it one series.'),
    json: text('a path such as status.db or nodes[0].load')
      .refine((written) => parseJsonPath(written) !== undefined, {
        error: 'a path such as status.db or nodes[0].load',
      })
      .optional()
      .describe('Path of a value in the page, which is JSON.'),
    'at-most': bound().describe('The largest value that counts as success.'),
    'at-least': bound().describe('The least value that counts as success.'),
    equals: z
      .union([z.string(), z.number(), z.boolean()], { error: 'a number, true, false or text' })
      .optional()
      .describe('The value that counts as success; text, true and false are for `json`.'),
  })
  .refine(
    (input) => [input.query, input.metric, input.json].filter((one) => one !== undefined).length === 1,
    {
      error: 'one with `query`, `metric` or `json`, and only one of them',
    },
  )
  .refine((input) => [input['at-most'], input['at-least'], input.equals].some((one) => one !== undefined), {
    error: 'one that compares: with `at-most`, `at-least` or `equals`',
  })
  .describe('A check of one value.');

type Input = z.output<typeof prometheusSchema>;

export function resolvePrometheus(input: Input, context: MonitorContext): ValueCheck {
  const { path, environment, base, findings } = context;
  const source = sourceOf(input);
  tellMisfits(input, source, context);
  const ca =
    input.ca === undefined || !overTls(input)
      ? undefined
      : readAuthorities(input.ca, [...path, 'ca'], environment, base, findings);
  return {
    type: 'prometheus',
    port: input.url === undefined ? (input.port ?? usualPort) : 0,
    url: input.url,
    path: input.path ?? (source.kind === 'json' ? '/' : '/metrics'),
    headers: input.headers,
    tls: { verifyCertificate: true, ca, identity: undefined, warnDays: 0, failDays: undefined },
    source,
    shown: input.query ?? input.metric ?? input.json ?? '',
    wanted: comparisonOf(input),
  };
}

function sourceOf({ query = '', metric, json }: Input): ValueSource {
  const selector = metric === undefined ? undefined : parseSelector(metric);
  if (selector !== undefined)
    return { kind: 'metric', metric: selector.metric, labels: [...selector.labels] };
  const steps = json === undefined ? undefined : parseJsonPath(json);
  return steps === undefined ? { kind: 'query', query } : { kind: 'json', path: steps };
}

function overTls({ url }: Input): boolean {
  return url?.startsWith('https:') === true;
}

function tellMisfits(input: Input, source: ValueSource, { path, findings }: MonitorContext): void {
  const { url, equals } = input;
  const wrong = (key: keyof Input, message: string): void => {
    findings.error('CONFIG_VALUE', [...path, key], message);
  };
  if (input.query !== undefined && url === undefined) {
    wrong('query', '`query` needs `url`, the base of a Prometheus');
  }
  for (const key of ['port', 'path', 'source'] as const) {
    if (url !== undefined && input[key] !== undefined)
      wrong(key, `\`${key}\` is for the page of the endpoint itself; \`url\` names another`);
  }
  if (input.ca !== undefined && !overTls(input)) wrong('ca', '`ca` needs a `url` of https');
  if (source.kind !== 'json' && equals !== undefined && typeof equals !== 'number') {
    wrong('equals', '`equals` is no number, and metrics have no other values');
  }
  const { 'at-most': most, 'at-least': least } = input;
  if (equals !== undefined && (most !== undefined || least !== undefined))
    wrong('equals', '`equals` stands alone: it leaves nothing for `at-most` and `at-least`');
  if (most !== undefined && least !== undefined && least > most) {
    wrong('at-least', '`at-least` is larger than `at-most`: no value is both');
  }
}

function comparisonOf({ equals, 'at-most': atMost, 'at-least': atLeast }: Input): Comparison {
  return { equals, atMost, atLeast };
}

function isUrl(written: string): boolean {
  const filled = written.replace(/\{(?:address|endpoint|region|pool)\}/g, 'x');
  // What is left of braces stands for nothing.
  if (!URL.canParse(filled) || /[{}]/.test(filled)) return false;
  const url = new URL(filled);
  if (!/^https?:$/.test(url.protocol)) return false;
  return url.username === '' && url.password === '' && url.hash === '' && !written.includes('#');
}
