/** What is known of an RTP packet that passes through the relay. */
export interface RtpPacket {
  path: string;
  /** Index of the track in the session description. */
  track: number;
  /** `video` or `audio`. */
  media: string;
  /** Ticks of `timestamp` per second. */
  clockRate: number;
  /** 32 bit, from a random start, the same for all packets of a picture. */
  timestamp: number;
  sequence: number;
  /** Last packet of a picture. */
  marker: boolean;
  bytes: number;
  /** When the relay received it, by the relay's clock. */
  arrivedAt: number;
}

/** The fields of the fixed RTP header (RFC 3550 section 5.1); undefined for anything else. */
export function readRtpHeader(packet: Buffer): { timestamp: number; sequence: number; marker: boolean } | undefined {
  const [first, second] = packet;
  if (packet.length < 12 || first === undefined || second === undefined || first >> 6 !== 2) return undefined;
  return { marker: second >= 0x80, sequence: packet.readUInt16BE(2), timestamp: packet.readUInt32BE(4) };
}
