import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startService } from '../control/service.ts';
import { geoCredit } from '../control/status.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { Random } from '../runtime/random.ts';
import { readArguments, withUsage } from './arguments.ts';
import { type Responders, startResponders } from './demo-responders.ts';
import { untilStopped } from './serve.ts';
import { tellStartFailure } from './start-failure.ts';
import { defaultStateDirectory } from './state-directory.ts';

const configPath = fileURLToPath(new URL('../../config/meridian.yaml', import.meta.url));

/**
 * `meridian demo`: the real server on the config that comes with it. Its endpoints have documentation addresses;
 * what is probed in their place are small HTTP responders in this process, one a region, that can be stopped.
 */
export function runDemo(args: string[]): Promise<number> {
  return withUsage(async () => {
    readArguments({ args, options: {} });
    const stateDirectory = defaultStateDirectory(configPath);
    if (!existsSync(stateDirectory)) print('Compiling the geo data: some seconds, the first time only …');
    let responders: Responders | undefined;
    try {
      responders = await startResponders(9001, 9000);
      const service = await startService({
        configPath,
        stateDirectory,
        clock: systemClock,
        random: new Random(Date.now()),
        log: createLog('warn'),
      });
      print(tour);
      await untilStopped(service);
      await service.stop();
      return 0;
    } catch (error) {
      return tellStartFailure(error);
    } finally {
      await responders?.stop();
    }
  });
}

const tour = `
Meridian serves example.com on 127.0.0.1:5300 (UDP and TCP); HTTP on http://127.0.0.1:8053

Ask as a client from anywhere, by its subnet:
  dig @127.0.0.1 -p 5300 app.example.com +short +subnet=81.2.69.0/24      # London
  dig @127.0.0.1 -p 5300 app.example.com +short +subnet=1.1.1.0/24        # Sydney
  npx meridian explain app.example.com --client 81.2.69.142               # why

Stop a region and see the answer move, then start it again:
  curl -X POST http://127.0.0.1:9000/stop/eu-west
  curl -X POST http://127.0.0.1:9000/start/eu-west

  curl -s http://127.0.0.1:8053/metrics | grep region_up
Ctrl-C ends it. ${geoCredit}
`;

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
