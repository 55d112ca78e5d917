import type { X509Certificate } from 'node:crypto';
import net from 'node:net';
import tls from 'node:tls';
import type { ProbeTls } from '../../config/tls-model.ts';
import { certificateOf, requireDaysLeft } from './certificate.ts';
import type { Progress } from './outcome.ts';
import { codeOf, ProbeFailure, tlsFailure } from './reasons.ts';

export interface TlsWanted {
  /** Name that is asked for and that the certificate must be for; an address is not sent (RFC 6066 §3). */
  readonly host: string;
  readonly settings: ProbeTls;
  /** Protocols that are offered (RFC 7301), the preferred one first. */
  readonly protocols: readonly string[];
}

/**
 * Speaks TLS over `socket`; throws `ProbeFailure`. What is seen of the certificate goes to `progress`, also when it
 * is refused.
 */
export async function startTls(
  socket: net.Socket,
  { host, settings, protocols }: TlsWanted,
  signal: AbortSignal,
  progress: Progress,
): Promise<tls.TLSSocket> {
  progress.doing = 'in the TLS handshake';
  let nameFault: Error | undefined;
  const secure = tls.connect({
    socket,
    secureContext: contextOf(settings),
    ...(protocols.length > 0 ? { ALPNProtocols: [...protocols] } : {}),
    // Judged below instead, before a byte is sent: a refused certificate still tells when it expires.
    rejectUnauthorized: false,
    checkServerIdentity: (_, certificate) => {
      nameFault = identityFault(host, certificate);
      return nameFault;
    },
    ...(net.isIP(host) === 0 ? { servername: host } : {}),
  });
  secure.on('error', (error) => {
    // With TLS 1.3 our certificate is refused after the handshake; what speaks above sees a closed connection.
    if (codeOf(error).startsWith('ERR_SSL_')) progress.fault = new ProbeFailure(tlsFailure(error, host));
  });
  try {
    await handshake(secure, signal);
    const certificate = secure.getPeerX509Certificate();
    if (certificate !== undefined)
      progress.certificate = certificateOf(certificate, settings.warnDays, Date.now());
    if (settings.verifyCertificate) requireAuthorized(secure, certificate, nameFault);
  } catch (error) {
    secure.destroy();
    throw signal.aborted ? error : new ProbeFailure(tlsFailure(error, host));
  }
  requireDaysLeft(progress.certificate, settings.failDays, Date.now());
  return secure;
}

function handshake(secure: tls.TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    secure.once('error', reject);
    secure.once('secureConnect', resolve);
    secure.once('close', () => reject(coded('ECONNRESET', 'closed')));
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function requireAuthorized(
  secure: tls.TLSSocket,
  certificate: X509Certificate | undefined,
  nameFault: Error | undefined,
): void {
  if (secure.authorized && certificate !== undefined) return;
  // Typed as an error, it is OpenSSL's word for what is wrong.
  const code = String(secure.authorizationError ?? 'no certificate');
  throw nameFault ?? coded(code, `certificate is not accepted: ${code}`);
}

/** A name in a certificate that Node cannot read is thrown by it, inside of an event. */
function identityFault(host: string, certificate: tls.PeerCertificate): Error | undefined {
  try {
    return tls.checkServerIdentity(host, certificate);
  } catch (error) {
    return coded('ERR_TLS_CERT_ALTNAME_INVALID', error instanceof Error ? error.message : String(error));
  }
}

function coded(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Contexts are costly (every authority is parsed), so each check keeps its own as long as it lives. */
const contexts = new WeakMap<ProbeTls, tls.SecureContext>();
let usualContext: tls.SecureContext | undefined;

function contextOf(settings: ProbeTls): tls.SecureContext {
  const { ca, identity } = settings;
  if (ca === undefined && identity === undefined) {
    usualContext ??= tls.createSecureContext();
    return usualContext;
  }
  let context = contexts.get(settings);
  if (context === undefined) {
    context = tls.createSecureContext({
      ...(ca === undefined ? {} : { ca: [...tls.rootCertificates, ca] }),
      ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
    });
    contexts.set(settings, context);
  }
  return context;
}
