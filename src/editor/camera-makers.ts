/** Whose camera it is, and where its streams are. */
export interface CameraMaker {
  name: string;
  /** Path of the stream of a channel, from 1; `main` is the large picture, `sub` the small one. */
  path: (channel: number, stream: CameraStream) => string;
}

export type CameraStream = 'main' | 'sub';

const dahua = (channel: number, stream: CameraStream): string =>
  `/cam/realmonitor?channel=${channel}&subtype=${stream === 'main' ? 0 : 1}`;

/**
 * All are on the usual port of RTSP, 554. From the makers' own pages where one is named; the others are the paths that lists of
 * camera addresses agree on.
 * - Hikvision: supportusa.hikvision.com, articles/17000129022; `<channel><two digits of the stream>`.
 * - Dahua, and Amcrest and CP Plus, which sell its cameras: lists.
 * - Axis: developer.axis.com, video streaming, getting started (`camera`); VAPIX (`resolution`). It has no second stream by
 *   itself, so the small one is asked for by its size.
 * - Reolink: support.reolink.com, articles/900000630706.
 * - TP-Link Tapo: lists; one channel; the login is the camera account set in its app.
 * - Uniview: lists; `/unicast/c<channel>/s<stream>/live`.
 * - ONVIF names no path, a camera tells its own; this one is the commonest.
 */
export const cameraMakers: Readonly<Record<string, CameraMaker>> = {
  hikvision: {
    name: 'Hikvision',
    path: (channel, stream) => `/Streaming/Channels/${channel}0${stream === 'main' ? 1 : 2}`,
  },
  dahua: { name: 'Dahua', path: dahua },
  cpplus: { name: 'CP Plus', path: dahua },
  axis: {
    name: 'Axis',
    path: (channel, stream) =>
      `/axis-media/media.amp?camera=${channel}${stream === 'main' ? '' : '&resolution=640x360'}`,
  },
  reolink: { name: 'Reolink', path: (channel, stream) => `/Preview_${String(channel).padStart(2, '0')}_${stream}` },
  tapo: { name: 'TP-Link Tapo', path: (_channel, stream) => (stream === 'main' ? '/stream1' : '/stream2') },
  amcrest: { name: 'Amcrest', path: dahua },
  uniview: { name: 'Uniview', path: (channel, stream) => `/unicast/c${channel}/s${stream === 'main' ? 0 : 1}/live` },
  onvif: { name: 'ONVIF', path: (channel, stream) => `/stream${2 * channel - (stream === 'main' ? 1 : 0)}` },
};

/**
 * The address of a stream.
 * @param host name or address as typed, with a port perhaps; a whole URL gives its host
 * @returns undefined when no host is in it
 */
export function addressOf(maker: CameraMaker, host: string, channel: number, stream: CameraStream): string | undefined {
  const [, authority = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^/?#]*@)?([^/?#@\s]*)/i.exec(host.trim()) ?? [];
  const [, name = '', port = '554'] = /^(\[[0-9a-f:.]+\]|[^:]*)(?::(\d{1,5}))?$/i.exec(authority) ?? [];
  // The port of its web pages is not the one of its streams.
  const streams = port === '80' || port === '443' ? '554' : port;
  if (name === '') return undefined;
  return `rtsp://${name}:${streams}${maker.path(Math.max(1, Math.round(channel)), stream)}`;
}
