import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressOf, cameraMakers, type CameraStream } from '../../../src/editor/camera-makers.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';

describe('addresses of makers', () => {
  const known: [maker: string, channel: number, stream: CameraStream, path: string][] = [
    ['hikvision', 1, 'main', '/Streaming/Channels/101'],
    ['hikvision', 12, 'sub', '/Streaming/Channels/1202'],
    ['dahua', 2, 'main', '/cam/realmonitor?channel=2&subtype=0'],
    ['cpplus', 1, 'sub', '/cam/realmonitor?channel=1&subtype=1'],
    ['amcrest', 1, 'main', '/cam/realmonitor?channel=1&subtype=0'],
    ['axis', 1, 'main', '/axis-media/media.amp?camera=1'],
    ['reolink', 3, 'sub', '/Preview_03_sub'],
    ['tapo', 1, 'main', '/stream1'],
    ['tapo', 1, 'sub', '/stream2'],
    ['uniview', 2, 'sub', '/unicast/c2/s1/live'],
    ['onvif', 1, 'main', '/stream1'],
  ];
  for (const [id, channel, stream, path] of known) {
    test(`${id}, channel ${channel}, ${stream}`, () => {
      const maker = cameraMakers[id] ?? assert.fail(`no ${id}`);
      assert.equal(addressOf(maker, '192.0.2.7', channel, stream), `rtsp://192.0.2.7:554${path}`);
    });
  }

  test('are all taken by the runtime as they are', () => {
    for (const maker of Object.values(cameraMakers)) {
      for (const stream of ['main', 'sub'] as const) {
        const address = addressOf(maker, 'cam.local', 1, stream) ?? '';
        assert.equal(parseSourceAddress(address).location, address);
      }
    }
  });

  const hosts: [typed: string, host: string | undefined][] = [
    [' 192.0.2.7 ', '192.0.2.7:554'],
    ['192.0.2.7:8554', '192.0.2.7:8554'],
    ['http://192.0.2.7/', '192.0.2.7:554'],
    ['http://192.0.2.7:80/doc/page', '192.0.2.7:554'],
    ['rtsp://admin:pass@192.0.2.7:10554/x', '192.0.2.7:10554'],
    ['[fd00::7]:8554', '[fd00::7]:8554'],
    ['', undefined],
    ['http://', undefined],
  ];
  for (const [typed, host] of hosts) {
    test(`the host in "${typed}" is ${host ?? 'none'}`, () => {
      const tapo = cameraMakers.tapo ?? assert.fail('no Tapo');
      const expected = host === undefined ? undefined : `rtsp://${host}/stream1`;
      assert.equal(addressOf(tapo, typed, 1, 'main'), expected);
    });
  }
});
