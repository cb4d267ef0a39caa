import http from 'node:http';
import https from 'node:https';
import { isForbiddenAddress } from '../../network/host-guard.ts';

/**
 * The connection of one request, which knows whether it ever stood: what failed before that (DNS, TCP, TLS) was
 * certainly not received. Never reused, since on a kept-alive socket nobody can tell.
 */
export class Connection {
  readonly httpAgent = this.#watched(new http.Agent(), 'connect');
  readonly httpsAgent = this.#watched(new https.Agent(), 'secureConnect');
  #established = false;

  get established(): boolean {
    return this.#established;
  }

  #watched<A extends http.Agent>(agent: A, event: 'connect' | 'secureConnect'): A {
    const open = agent.createConnection.bind(agent);
    agent.createConnection = (options, callback) => {
      const socket = open(options, callback);
      socket?.once(event, () => {
        this.#established = true;
      });
      socket?.on('lookup', (_error: Error | null, address: string) => {
        if (isForbiddenAddress(address)) socket.destroy(new Error('the host resolves to a forbidden address'));
      });
      return socket;
    };
    return agent;
  }
}
