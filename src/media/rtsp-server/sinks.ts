import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP, type Socket } from 'node:net';
import type { TrackSink } from './published-stream.ts';

/** Bytes. A player that reads too slowly loses whole packets; nothing queues without a bound. */
export const longestQueue = 4 * 1024 * 1024;

/** RTP and RTCP between the RTSP messages of a connection (RFC 2326 section 10.12). */
export function interleavedSink(socket: Socket, channel: number): TrackSink {
  return {
    send(packet, control) {
      if (socket.writableLength > longestQueue || !socket.writable) return;
      const framed = Buffer.allocUnsafe(4 + packet.length);
      framed[0] = 0x24;
      framed[1] = channel + (control ? 1 : 0);
      framed.writeUInt16BE(packet.length, 2);
      packet.copy(framed, 4);
      socket.write(framed);
    },
    close: () => undefined,
  };
}

/** RTP to a port of the player, RTCP to the next one. */
export class UdpSink implements TrackSink {
  readonly ports: readonly [number, number];
  readonly #rtp: DatagramSocket;
  readonly #rtcp: DatagramSocket;
  readonly #target: { host: string; port: number };

  private constructor(rtp: DatagramSocket, rtcp: DatagramSocket, target: { host: string; port: number }) {
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#target = target;
    this.ports = [rtp.address().port, rtcp.address().port];
    // Receiver reports and packets to a player that has gone are of no interest.
    for (const socket of [rtp, rtcp]) socket.on('error', () => undefined);
  }

  /** Opens an even port for RTP and the one above it for RTCP. */
  static async open(host: string, target: { host: string; port: number }): Promise<UdpSink> {
    for (let tries = 0; tries < 50; tries += 1) {
      const rtp = await bound(host, 0);
      const { port } = rtp?.address() ?? { port: 1 };
      const rtcp = port % 2 === 0 ? await bound(host, port + 1) : undefined;
      if (rtp !== undefined && rtcp !== undefined) return new UdpSink(rtp, rtcp, target);
      rtp?.close();
    }
    throw new Error('No pair of free UDP ports was found.');
  }

  send(packet: Buffer, control: boolean): void {
    const { host, port } = this.#target;
    if (control) this.#rtcp.send(packet, port + 1, host);
    else this.#rtp.send(packet, port, host);
  }

  close(): void {
    this.#rtp.close();
    this.#rtcp.close();
  }
}

async function bound(host: string, port: number): Promise<DatagramSocket | undefined> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  try {
    socket.bind(port, host);
    await once(socket, 'listening');
    return socket;
  } catch {
    return undefined;
  }
}
