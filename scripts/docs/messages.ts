import {
  Box,
  DetectedObject,
  EvidenceItem,
  IncidentSignal,
  payloadSchemas,
  type Kind,
} from '../../src/contracts/messages.ts';
import { fieldTable, table, type Schema } from './schema-words.ts';

/** What the schemas do not say: who sends a kind, and what travels beside it. */
const about: Record<Kind, { from: string; text: string }> = {
  frame: { from: 'rtsp-in, output 1', text: 'One picture. `msg.image` holds its bytes.' },
  'audio-window': {
    from: 'rtsp-in, output 2',
    text: '0.975 s of sound. `msg.samples` holds 15,600 samples, mono, -1 to 1. Windows overlap by half.',
  },
  'stream-status': { from: 'rtsp-in, output 3', text: 'How a camera does: one message per change.' },
  cue: {
    from: 'detectron-infer, output 1; audio-classify',
    text:
      'A hint. When the detector is down, `detector-down` says so and `motion` reports what moves all the same; ' +
      '`classifier-down` says that nobody listens; `silence` and `noise` that it has been quieter or louder than allowed for long.',
  },
  media: {
    from: 'rtsp-in, output 4',
    text: 'A picture (`msg.image`, JPEG) or video (`msg.clip`, MP4) of the camera, as a `command` asked for it.',
  },
  detections: {
    from: 'detectron-infer, output 1',
    text: 'What was found in one frame, which may be nothing. `msg.image` is still the picture of the frame.',
  },
  'audio-scores': {
    from: 'audio-classify',
    text: 'What was heard in one window, or in a whole clip. `msg.samples` is still the sound of the window.',
  },
  signal: {
    from: 'your own flow',
    text: 'Anything from outside, such as a door contact. Build it in a function node and wire it into fuse-severity.',
  },
  incident: {
    from: 'fuse-severity, evidence-store',
    text:
      'Something that happened. It starts once, is updated when it grows, and ends after quiet. With `start` and ' +
      '`update` comes `msg.image` (JPEG with boxes) and `msg.cleanImage` (the same as the camera gave it), with `evidence` `msg.samples` (where the camera may be recorded), and again with `evidence` `msg.clip` (MP4).',
  },
  delivery: { from: 'whatsapp-out', text: 'What became of one message to one person.' },
  inbound: {
    from: 'sentinel-whatsapp-in, output 2',
    text: 'What one of the recipients wrote to the number that alerts, or which button was pressed. What strangers write is only counted.',
  },
  review: {
    from: 'evidence-store, output 2; sentinel-whatsapp-in; your own flow',
    text:
      'What a person says about an incident. evidence-store sends what was said through the HTTP API, and keeps what comes ' +
      'in: acknowledge, confirm, dismiss, false-positive and note.',
  },
  command: {
    from: 'your own flow',
    text: 'An order to rtsp-in or mic-in. `command` and `value` alone are enough for them; their help lists the commands.',
  },
  training: {
    from: 'sentinel-audio-train',
    text: 'How a training goes (output 1, twice a second), and what came of it (output 2). The first one carries what the message that began it carried.',
  },
  'trained-heads': {
    from: 'sentinel-audio-train, output 2',
    text: 'The trained heads that are kept, after a command.',
  },
  arming: {
    from: 'fuse-severity, output 2',
    text:
      'The site was armed or disarmed, or a time to leave is over; once more when a flow starts. `area` is empty: it holds for all. ' +
      'Recorded with signals it is replayed with them.',
  },
  talk: {
    from: 'your own flow',
    text: 'Our own loudspeaker talks in an area of a site until then: audio-classify reports no sound of that place meanwhile, and counts what it heard.',
  },
};

const common = ['v', 'kind', 'site', 'area', 'source', 'capturedAt'];
const parts = { Box, DetectedObject, IncidentSignal, EvidenceItem } as Readonly<Record<string, Schema>>;
const sections = new Map(Object.entries(parts).map(([name, schema]) => [schema, name]));

/** docs/messages.md, before formatting. */
export function messagesPage(): string {
  const kinds = Object.entries(payloadSchemas as Readonly<Record<Kind, Schema>>) as [Kind, Schema][];
  return `# Messages

Generated from \`src/contracts/messages.ts\` by \`node scripts/docs/write.ts\`. Do not edit.

Every message of ours carries \`msg.payload\`, one of the objects below, and \`msg.topic\`,
\`<site>/<source>/<kind>\`. Bytes never lie in the payload: \`msg.image\`, \`msg.cleanImage\`, \`msg.clip\` (Buffer) and \`msg.samples\`
(Float32Array) travel beside it. A buffer belongs to its message; it is not reused. Fields that a message carries besides
are kept on the way from a node's input to its output.

A node checks what it gets. What it cannot use goes to its Catch node as \`ES_BAD_INPUT\`, with the field that is wrong.

${table(
  ['kind', 'from'],
  kinds.map(([kind]) => [`[${kind}](#${kind})`, about[kind].from]),
)}

The second output of detectron-infer is no payload of these: \`msg.payload\` is a JPEG with boxes drawn in, for a preview,
and \`msg.detections\` the detections that it shows.

## Fields of every payload

${fieldTable(commonFields(payloadSchemas.frame), sections)}

A question mark behind a name: the field may be absent. Times are milliseconds since 1970.

${kinds.map(([kind, schema]) => `## ${kind}\n\n${about[kind].text}\n\n${fieldTable(schema, sections, common)}`).join('\n\n')}

${Object.entries(parts)
  .map(([name, schema]) => `## ${name}\n\n${schema.description ?? ''}\n\n${fieldTable(schema, sections)}`)
  .join('\n\n')}
`;
}

/** The fields that all kinds share, as one of them has them. */
function commonFields(schema: Schema): Schema {
  const anyKind: Record<string, Schema> = {
    v: { const: 1, description: 'Version of the format.' },
    kind: { type: 'string', description: 'One of the above.' },
  };
  const fields = Object.entries({ ...schema.properties, ...anyKind }).filter(([name]) => common.includes(name));
  return { ...schema, properties: Object.fromEntries(fields) };
}
