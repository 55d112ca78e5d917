import { createServer, type Server } from 'node:http';
import { OperatorError } from '../runtime/errors.ts';

/** The regions of config/meridian.yaml, in the order of the ports of their probes. */
const regions = ['us-east', 'us-west', 'eu-west', 'eu-central', 'sa-east', 'ap-southeast', 'ap-sydney'];

export interface Responders {
  stop(): Promise<void>;
}

/**
 * Starts one HTTP responder a region on 127.0.0.1, ports `firstPort` on, and a switchboard on `switchPort`:
 * `POST /stop/REGION` closes a responder's socket, so that its probes fail as they do when a machine is gone;
 * `POST /start/REGION` opens it again.
 */
export async function startResponders(firstPort: number, switchPort: number): Promise<Responders> {
  const open = new Map<string, Server>();
  const start = async (region: string): Promise<void> => {
    if (open.has(region)) return;
    const responder = createServer((_, response) => response.end(`${region} is fine\n`));
    await listen(responder, firstPort + regions.indexOf(region));
    open.set(region, responder);
  };
  const stop = async (region: string): Promise<void> => {
    const responder = open.get(region);
    open.delete(region);
    if (responder !== undefined) await close(responder);
  };
  const switchboard = createServer(async (request, response) => {
    const [, verb, region] = /^\/(start|stop)\/([a-z-]+)$/.exec(request.url ?? '') ?? [];
    if (request.method !== 'POST' || region === undefined || !regions.includes(region)) {
      response.writeHead(404).end(`POST /stop/REGION or /start/REGION; regions: ${regions.join(' ')}\n`);
      return;
    }
    await (verb === 'start' ? start(region) : stop(region));
    response.end(`${region} is ${verb === 'start' ? 'started' : 'stopped'}\n`);
  });
  const all: Responders = {
    stop: async () => {
      await Promise.all([...open.keys()].map(stop));
      await close(switchboard);
    },
  };
  try {
    await Promise.all(regions.map(start));
    await listen(switchboard, switchPort);
  } catch (error) {
    await all.stop();
    throw error;
  }
  return all;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'address already in use' : error.message;
      reject(new OperatorError('LISTEN', `cannot listen on http 127.0.0.1:${port}: ${reason}`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
