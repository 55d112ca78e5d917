import { AnswerSlots } from '../control/answer-slots.ts';
import { conditionWords } from '../control/condition-words.ts';
import type { HealthView } from '../control/conditioned-config.ts';
import { ConditionsComposer, unheld } from '../control/conditions.ts';
import type { ExplainRequest } from '../control/explain/ask.ts';
import { explain } from '../control/explain.ts';
import type { Explanation } from '../control/explanation.ts';
import { readExplainRequest } from '../control/http.ts';
import { runLoad } from '../control/loader.ts';
import { LoadRefused } from '../control/service.ts';
import { settingsOf } from '../control/settings.ts';
import { fresh } from '../health/table.ts';
import { buildRotation } from '../snapshot/compile/rotation-builder.ts';
import { readArguments, UsageError, withUsage } from './arguments.ts';
import { askServer, defaultUrl } from './ask-server.ts';
import { formatExplanation } from './explanation.ts';
import { tellStartFailure } from './start-failure.ts';
import { defaultStateDirectory } from './state-directory.ts';

const hint = 'give --url of a running server, or -c FILE';

/** `meridian explain`: why a client gets the answer that it gets, from a running server or from a config. */
export function runExplain(args: string[]): Promise<number> {
  return withUsage(async () => {
    const { values, positionals } = readArguments({
      args,
      allowPositionals: true,
      options: {
        client: { type: 'string' },
        without: { type: 'string' },
        at: { type: 'string' },
        url: { type: 'string' },
        config: { type: 'string', short: 'c' },
        json: { type: 'boolean', default: false },
      },
    });
    const [name, type] = positionals;
    if (positionals.length > 2) throw new UsageError('explain takes one name and one type');
    if (values.url !== undefined && values.config !== undefined)
      throw new UsageError('--url or -c, not both');
    const texts = { name, type, client: values.client, without: values.without, at: values.at };
    const request = readExplainRequest(texts);
    if (typeof request === 'string') throw new UsageError(request);
    try {
      const explanation =
        values.config === undefined
          ? await askServer<Explanation>(values.url ?? defaultUrl, '/api/v1/explain', { ...texts }, hint)
          : await explainConfig(values.config, request);
      if (typeof explanation === 'string') {
        process.stderr.write(`meridian: ${explanation}\n`);
        return 1;
      }
      const text = values.json ? JSON.stringify(explanation, undefined, 2) : formatExplanation(explanation);
      process.stdout.write(`${text}\n`);
      return 0;
    } catch (error) {
      return tellStartFailure(error);
    }
  });
}

/** Loads the config as a server would and takes every endpoint as up, and says so. */
async function explainConfig(configPath: string, request: ExplainRequest): Promise<Explanation | string> {
  const stateDirectory = defaultStateDirectory(configPath);
  const outcome = await runLoad({ configPath, stateDirectory, previousGeo: undefined, writesNothing: true });
  const { loaded } = outcome;
  if (loaded === undefined) throw new LoadRefused(outcome);
  process.stderr.write('meridian: without a server health is not known: every endpoint counts as up\n');
  const nowMs = Date.now();
  const { config, image, geo, owners } = loaded;
  const conditionsAt = (atMs: number) =>
    unheld(new ConditionsComposer(allUp, { loadOf: () => undefined }).compose(config, atMs));
  const conditions = conditionsAt(nowMs);
  const rotation = buildRotation(config, conditions, new AnswerSlots());
  const settings = settingsOf(loaded, nowMs, 1);
  return explain(request, {
    loaded,
    snapshot: { generation: 1, image, views: geo.maps, owners, rotation, settings },
    ...{ nowMs, conditions, conditionsAt },
    wordsOf: (each) =>
      conditionWords(config, each, { stateOf: () => fresh('up', 0), stateOfRegion: () => undefined }),
    health: () => fresh('up', 0),
  });
}

/** Health without a server: overrides of the config stand above it all the same. */
const allUp: HealthView = {
  state: () => 'up',
  wasGood: () => false,
  calmMs: () => undefined,
  hostAddresses: () => [],
};
