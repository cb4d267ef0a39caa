import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { captureDevices } from '../../../../src/media/microphone/capture-devices.ts';
import { ManualClock } from '../../manual-clock.ts';

const pactl = `Source #0
	State: SUSPENDED
	Name: alsa_output.pci-0000_00_1f.3.analog-stereo.monitor
	Description: Monitor of Built-in Audio
	Mute: no
	Monitor of Sink: alsa_output.pci-0000_00_1f.3.analog-stereo
	Properties:
		device.description = "Monitor of Built-in Audio"

Source #1
	State: RUNNING
	Name: alsa_input.usb-Blue_Yeti-00.analog-stereo
	Description: Blue Yeti Analog Stereo
	Monitor of Sink: n/a
`;
const arecord = `null
    Discard all samples (playback) or generate zero samples (capture)
lavrate
    Rate Converter Plugin Using Libav/FFmpeg Library
default
    Default ALSA Output (currently PulseAudio Sound Server)
sysdefault:CARD=Yeti
    Blue Yeti, USB Audio
    Default Audio Device
hw:CARD=Yeti,DEV=0
    Blue Yeti, USB Audio
    Direct hardware device without any conversions
plughw:CARD=Yeti,DEV=0
    Blue Yeti, USB Audio
    Hardware device with all software conversions
`;
const avfoundation = `[AVFoundation indev @ 0x7f8] AVFoundation video devices:
[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x7f8] [1] USB Audio
: Input/output error
`;
const dshow = `[dshow @ 000001] "Integrated Camera" (video)
[dshow @ 000001]   Alternative name "@device_pnp_1"
[dshow @ 000001] "Microphone (Realtek(R) Audio)" (audio)
[dshow @ 000001]   Alternative name "@device_cm_2"
dummy: Immediate exit requested
`;
const oldDshow = `[dshow @ 000001] DirectShow video devices (some may be both video and audio devices)
[dshow @ 000001]  "Integrated Camera"
[dshow @ 000001]     Alternative name "@device_pnp_1"
[dshow @ 000001] DirectShow audio devices
[dshow @ 000001]  "Microphone (Realtek(R) Audio)"
[dshow @ 000001]     Alternative name "@device_cm_2"
`;

function devices(platform: NodeJS.Platform, answers: Record<string, string>) {
  return captureDevices(new ManualClock(), platform, (program) => Promise.resolve(answers[program] ?? ''));
}

describe('the list of capture devices', () => {
  test('has microphones first, and tells them from what a loudspeaker plays', async () => {
    const found = await devices('linux', { pactl, arecord });
    assert.deepEqual(
      found.map(({ device, label, kind }) => [kind, label, device]),
      [
        ['microphone', 'Blue Yeti Analog Stereo', 'alsa_input.usb-Blue_Yeti-00.analog-stereo'],
        ['microphone', 'Blue Yeti, USB Audio', 'plughw:CARD=Yeti,DEV=0'],
        ['alias', 'Default ALSA Output (currently PulseAudio Sound Server)', 'default'],
        ['loopback', 'Monitor of Built-in Audio', 'alsa_output.pci-0000_00_1f.3.analog-stereo.monitor'],
      ],
    );
    assert.deepEqual(found[1]?.recorders, ['arecord', 'sox', 'ffmpeg']);
  });

  test('is read from ffmpeg on macOS and Windows, in the forms of old and new builds', async () => {
    const names = (found: { device: string }[]) => found.map(({ device }) => device);
    assert.deepEqual(names(await devices('darwin', { ffmpeg: avfoundation })), ['MacBook Pro Microphone', 'USB Audio']);
    for (const ffmpeg of [dshow, oldDshow]) {
      assert.deepEqual(names(await devices('win32', { ffmpeg })), ['Microphone (Realtek(R) Audio)']);
    }
  });

  test('is empty when nothing answers', async () => {
    for (const platform of ['linux', 'darwin', 'win32', 'freebsd'] as const) {
      assert.deepEqual(await devices(platform, {}), []);
    }
  });
});
