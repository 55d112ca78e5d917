import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInstantQuery } from '../../../src/health/values/instant-query.ts';
import { formatJsonPath, parseJsonPath, readJsonValue } from '../../../src/health/values/json-path.ts';
import { formatSelector, parseSelector, readPageValue } from '../../../src/health/values/prometheus-page.ts';

const html = '\n <!DOCTYPE html><html><body>Please log in</body></html>';

describe('a page of metrics', () => {
  const page = `# HELP load Load.
# TYPE load gauge
load 0.75
load_max 3
busy{pool="a",zone="x"} 1e3
busy{pool="b" , zone="y",} 12 1700000000000
odd{text="q\\"}\\\\\\n {,"} 7
twice{a="1"} 1
twice{a="2"} 2
nan NaN
inf{a="b"} +Inf
broken{a="b" 3
text hello
bare
timed 5 soon
`;
  it.each([
    ['load', 0.75],
    ['load_max', 3],
    ['busy{pool="a"}', 1000],
    ['busy{zone="y",pool="b"}', 12],
    ['odd', 7],
    ['odd{text="q\\"}\\\\\\n {,"}', 7],
    ['twice{a="2"}', 2],
    ['lo', 'the page has no lo'],
    ['busy{pool="c"}', 'the page has no busy{pool="c"}'],
    ['busy', '2 series match busy; labels must tell one'],
    ['nan', 'the value is NaN'],
    ['inf', 'the value is +Inf'],
    ['broken', 'line 12 is not a metric'],
    ['text', 'the value is not a number'],
    ['bare', 'line 14 is not a metric'],
    ['timed', 'line 15 is not a metric'],
  ])('%s', (text, wanted) => {
    const read = readPageValue(page, parseSelector(text)!);
    expect(read.ok ? read.value : read.reason).toBe(wanted);
  });

  it('is not HTML', () => {
    expect(readPageValue(html, parseSelector('load')!)).toMatchObject({
      reason: expect.stringMatching(/HTML/),
    });
  });

  it.each(['', '{a="b"}', '1up', 'up{', 'up{a}', 'up{a=b}', 'up{a="b"', 'up{a="b"}x', 'up{a!="b"}', 'up up'])(
    'a selector is not %j',
    (text) => expect(parseSelector(text)).toBeUndefined(),
  );

  it('finds what was written, and never throws', () => {
    const labels = fc.dictionary(fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(
        labels,
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
        fc.string(),
        (set, value, noise) => {
          const selector = { metric: 'm', labels: new Map(Object.entries(set)) };
          const escaped = Object.entries(set).map(
            ([name, text]) => `${name}="${text.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`,
          );
          const line = `m{${escaped.join(',')}} ${value}`;
          const others = `#${noise.replace(/\n/g, ' ')}\n`;
          expect(readPageValue(`${others}${line}\n${others}`, selector)).toEqual({ ok: true, value });
          readPageValue(noise, selector);
          readPageValue(`m${noise}`, selector);
          expect(formatSelector(selector)).toContain('m');
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('an instant query', () => {
  const answer = (resultType: string, result: unknown): string =>
    JSON.stringify({ status: 'success', data: { resultType, result } });

  it.each<[string, string, number | string]>([
    ['a scalar', answer('scalar', [1, '2.5']), 2.5],
    ['a vector of one', answer('vector', [{ metric: {}, value: [1, '-3'] }]), -3],
    ['an empty vector', answer('vector', []), 'the query finds no series'],
    ['many series', answer('vector', [{}, {}, {}]), 'the query finds 3 series; it must give one'],
    ['NaN', answer('vector', [{ value: [1, 'NaN'] }]), 'the value is NaN'],
    ['infinity', answer('scalar', [1, '-Inf']), 'the value is -Inf'],
    ['a matrix', answer('matrix', [{}]), 'the query gives neither a scalar nor an instant vector'],
    ['a number where text belongs', answer('scalar', [1, 2]), 'the answer holds no value'],
    ['no pair', answer('vector', [null]), 'the answer holds no value'],
    ['an error', '{"status":"error","error":"parse error"}', 'Prometheus says: parse error'],
    ['HTML', html, 'the answer is HTML, not an answer of Prometheus'],
    ['cut JSON', '{"status":', 'the answer is not JSON'],
    ['other JSON', '[1]', 'the answer is not one of Prometheus'],
    ['null', 'null', 'the answer is not one of Prometheus'],
    ['depth', '['.repeat(100_000), 'the answer is not JSON'],
  ])('%s', (_, body, wanted) => {
    const read = readInstantQuery(body);
    expect(read.ok ? read.value : read.reason).toBe(wanted);
  });
});

describe('a path in JSON', () => {
  const document =
    '{"status":{"db":"ok","lag":0.5,"ready":true,"none":null},"nodes":[{"load":7}],"a.b":{"":1}}';

  it.each<[string, unknown]>([
    ['status.db', 'ok'],
    ['status.lag', 0.5],
    ['status.ready', true],
    ['status.none', null],
    ['nodes[0].load', 7],
    ['["a.b"][""]', 1],
  ])('%s', (text, value) => {
    const path = parseJsonPath(text)!;
    expect(readJsonValue(document, path)).toEqual({ ok: true, value });
    expect(formatJsonPath(path)).toBe(text);
    // As JSONPath has it.
    expect(parseJsonPath(text.startsWith('[') ? `$${text}` : `$.${text}`)).toEqual(path);
  });

  it.each([
    ['status.cache.x', 'the document has no status.cache'],
    ['nodes[1].load', 'the document has no nodes[1]'],
    ['nodes.length', 'the document has no nodes.length'],
    ['status[0]', 'the document has no status[0]'],
    ['status.db.length', 'the document has no status.db.length'],
    ['__proto__', 'the document has no __proto__'],
    ['constructor.name', 'the document has no constructor'],
    ['status', 'status is a mapping, not a value'],
    ['nodes', 'nodes is a list, not a value'],
  ])('%s is not there', (text, reason) => {
    expect(readJsonValue(document, parseJsonPath(text)!)).toEqual({ ok: false, reason });
  });

  it.each(['', '.', '.a', 'a.', 'a..b', 'a b', 'a[', 'a[x]', 'a[-1]', 'a]', '[0]b', 'a["b]'])(
    'is not %j',
    (text) => expect(parseJsonPath(text)).toBeUndefined(),
  );

  it('needs JSON', () => {
    expect(readJsonValue(html, ['a'])).toMatchObject({ reason: expect.stringMatching(/HTML/) });
    expect(readJsonValue('{', ['a'])).toMatchObject({ reason: 'the document is not JSON' });
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(99), fc.string()), { minLength: 1 }), (path) => {
        expect(parseJsonPath(formatJsonPath(path))).toEqual(path);
      }),
      { seed: 11 },
    );
  });
});
