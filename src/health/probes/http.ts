import type net from 'node:net';
import type { HttpCheck } from '../../config/check-model.ts';
import { boundReading, connectTcp } from './connection.ts';
import { exchangeHttp1 } from './http1.ts';
import { exchangeHttp2 } from './http2.ts';
import { outcomeOf } from './outcome.ts';
import type { Probe } from './probe.ts';
import { ProbeFailure } from './reasons.ts';
import { requestOf } from './request.ts';
import { type HttpResponse, requireAccepted } from './response.ts';
import { startTls } from './tls-session.ts';

/**
 * Sends one request over a new connection and looks at the status and, when the check wants something of it, at the
 * body. Redirects are an answer like any other and are not followed. For checks of type http and https.
 */
export const probeHttp: Probe<HttpCheck> = (target, check, signal) =>
  outcomeOf(signal, async (progress) => {
    let socket: net.Socket = await connectTcp(target, signal);
    boundReading(socket, progress);
    try {
      let speaksHttp2 = check.version === '2';
      if (check.tls !== undefined) {
        const wanted = { host: target.host, settings: check.tls, protocols: protocols[check.version] };
        const secure = await startTls(socket, wanted, signal, progress);
        socket = secure;
        speaksHttp2 = secure.alpnProtocol === 'h2';
        if (check.version === '2' && !speaksHttp2) throw new ProbeFailure(noHttp2);
      }
      progress.doing = 'waiting for the response';
      const request = requestOf(target, check);
      const judge = (response: HttpResponse) => requireAccepted(response, check, progress);
      await (speaksHttp2 ? exchangeHttp2(socket, request, judge) : exchangeHttp1(socket, request, judge));
    } finally {
      socket.destroy();
    }
  });

const protocols = { auto: ['h2', 'http/1.1'], '1.1': ['http/1.1'], '2': ['h2'] } as const;

const noHttp2 = { code: 'error', reason: 'the endpoint does not offer HTTP/2' } as const;
