/** One media section of a session description (RFC 4566). */
export interface SdpMedia {
  /** `video`, `audio` or what else the source offers. */
  media: string;
  /** Encoding name such as H264, H265, MPEG4-GENERIC, PCMU; empty where the description does not say. */
  codec: string;
  /** Ticks of the RTP timestamp per second. */
  clockRate: number;
  /** Where SETUP finds the track, relative to the base URL. */
  control: string;
  /** Pixels of a picture, where the description tells them. */
  size?: { width: number; height: number };
  /** Pictures a second, likewise. */
  rate?: number;
}

/** Static payload types of RFC 3551 that cameras use without an rtpmap line. */
const staticTypes: Readonly<Record<string, { codec: string; clockRate: number }>> = {
  '0': { codec: 'PCMU', clockRate: 8000 },
  '8': { codec: 'PCMA', clockRate: 8000 },
  '26': { codec: 'JPEG', clockRate: 90000 },
  '33': { codec: 'MP2T', clockRate: 90000 },
};

/** A camera has one for the picture, one for sound and some for data: what follows more than these is not read. */
const mostSections = 64;

/** The media sections of a session description, in order: their index is the track number. */
export function parseSdp(text: string): SdpMedia[] {
  return text
    .split(/^m=/m, mostSections + 1)
    .slice(1)
    .map((section) => {
      const [media = '', , , type = ''] = (/^[^\r\n]*/.exec(section)?.[0] ?? '').split(' ');
      const [, codec = '', rate = ''] = /^a=rtpmap:\d+ ([^/\r\n]+)\/(\d+)/m.exec(section) ?? [];
      const fallback = staticTypes[type] ?? { codec: '', clockRate: 90000 };
      return {
        media,
        codec: (codec === '' ? fallback.codec : codec).toUpperCase(),
        clockRate: rate === '' ? fallback.clockRate : Number(rate),
        control: /^a=control:(.*?)\r?$/m.exec(section)?.[1] ?? '',
        ...pictureOf(section),
      };
    });
}

/** Size by RFC 6064 (`framesize`) or as many cameras write it (`x-dimensions`), rate by RFC 4566 (`framerate`). */
function pictureOf(section: string): Pick<SdpMedia, 'size' | 'rate'> {
  const [, width, height] = /^a=(?:framesize:\d+ |x-dimensions: ?)(\d{2,5})[-,] ?(\d{2,5})\s*$/m.exec(section) ?? [];
  const rate = Number(/^a=framerate: ?(\d{1,3}(?:\.\d{1,4})?)\s*$/m.exec(section)?.[1] ?? 0);
  return {
    ...(width === undefined ? {} : { size: { width: Number(width), height: Number(height) } }),
    ...(rate > 0 ? { rate } : {}),
  };
}
