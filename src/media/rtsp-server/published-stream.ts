import { parseSdp, type SdpMedia } from '../rtsp/sdp.ts';
import { readRtpHeader, type RtpPacket } from './rtp.ts';

/** Where a player wants the packets of one track. */
export interface TrackSink {
  send(packet: Buffer, control: boolean): void;
  close(): void;
}

/** What becomes of a packet on its way to the players: itself, another, or nothing. `control` is true for RTCP. */
export type PacketPath = (packet: Buffer, control: boolean) => Buffer | undefined;

/** Who receives a stream: one sink per track that the player set up. */
export interface Player {
  readonly tracks: ReadonlyMap<number, TrackSink>;
  hangUp(): void;
}

/** A published stream: hands every packet of its publisher to every player, and remembers what late players need. */
export class PublishedStream {
  readonly path: string;
  readonly description: string;
  readonly media: readonly SdpMedia[];
  readonly players = new Set<Player>();
  readonly #path: PacketPath;
  readonly #onPacket: (packet: RtpPacket) => void;
  /** The last sender report of each track. */
  readonly #reports = new Map<number, Buffer>();

  constructor(path: string, description: string, packetPath: PacketPath, onPacket: (packet: RtpPacket) => void) {
    this.path = path;
    this.description = description;
    this.media = parseSdp(description);
    this.#path = packetPath;
    this.#onPacket = onPacket;
  }

  /** The sender reports come first, so that a late player knows how sound and picture belong together. */
  play(player: Player): void {
    for (const [track, report] of this.#reports) player.tracks.get(track)?.send(report, true);
    this.players.add(player);
  }

  /** @param control true for RTCP */
  publish(track: number, packet: Buffer, control: boolean, arrivedAt: number): void {
    if (control) this.#remember(track, packet);
    else this.#announce(track, packet, arrivedAt);
    const sent = this.#path(packet, control);
    if (sent === undefined) return;
    for (const player of this.players) player.tracks.get(track)?.send(sent, control);
  }

  end(): void {
    for (const player of this.players) player.hangUp();
    this.players.clear();
  }

  #remember(track: number, report: Buffer): void {
    const senderReport = 200;
    if (report[1] === senderReport) this.#reports.set(track, Buffer.from(report));
  }

  #announce(track: number, packet: Buffer, arrivedAt: number): void {
    const header = readRtpHeader(packet);
    const media = this.media[track];
    if (header === undefined || media === undefined) return;
    const { media: kind, clockRate } = media;
    this.#onPacket({ path: this.path, track, media: kind, clockRate, ...header, bytes: packet.length, arrivedAt });
  }
}
