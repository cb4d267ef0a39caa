import { Type, type Static } from 'typebox';
import { name, ratio, site } from './fields.ts';

/** What can run a model: the CPU, or what a graphics card or chip offers. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];

export const DetectronInferConfig = Type.Object({
  name,
  site,
  model: Type.String({ default: 'nanodet-g-416', minLength: 1, description: 'Model from the catalogue.' }),
  provider: Type.Enum(executionProviders, {
    default: 'cpu',
    description: 'What the model runs on; where that cannot be had, it runs on the CPU and the status says so.',
  }),
  family: Type.String({
    default: '',
    description: 'Family of the model, where what is recognised or described is wrong; empty: that.',
  }),
  classNames: Type.String({
    default: '',
    description: "All classes of the model in the order of its outputs, separated by commas; empty: the model's own.",
  }),
  inputSize: Type.String({
    default: '',
    pattern: '^\\s*(\\d{2,4}\\s*([xX]\\s*\\d{2,4}\\s*)?)?$',
    description: "Size of the model's input, 640 or 640x480 (width x height); empty: the model's own.",
  }),
  labels: Type.String({
    default: 'person, knife',
    description: 'Classes that count, separated by commas; empty means all.',
  }),
  threshold: ratio(0.4, 'Score from which something is an object; what is followed already may show half of it.'),
  confirmLooks: Type.Integer({
    default: 2,
    minimum: 1,
    maximum: 50,
    description: 'An object counts when so many of the last frames showed it; 1 believes every frame.',
  }),
  confirmOf: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 50,
    description: 'How many of the last frames are looked at for that.',
  }),
  keepSeconds: Type.Number({
    default: 2,
    minimum: 0,
    maximum: 10,
    description: 'An object out of sight for no longer than this many seconds keeps its id.',
  }),
  loiterSeconds: Type.Number({
    default: 30,
    minimum: 0,
    maximum: 86400,
    description: 'Who stays in a zone for this many seconds loiters (cue loiter); 0: nobody does.',
  }),
  maxAgeMs: Type.Integer({
    default: 1000,
    minimum: 100,
    maximum: 60000,
    description: 'A frame that waited longer than this many milliseconds is dropped and counted.',
  }),
  previewRate: Type.Number({
    default: 1,
    minimum: 0,
    maximum: 5,
    description:
      'Annotated pictures a second and source: second output, live picture in dialog and dashboard; 0: none.',
  }),
  gate: Type.Boolean({
    default: true,
    description: 'Look only where something moves, or where something was found in the last seconds.',
  }),
  heartbeatSeconds: Type.Number({
    default: 5,
    minimum: 0.2,
    maximum: 3600,
    description: 'A frame is looked at after so many seconds even when nothing moves.',
  }),
  crops: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 4,
    description: 'So many parts of a frame at most are looked at again, closely, where something moves; 0: none.',
  }),
  pose: Type.Boolean({ default: false, description: 'Persons get the points of their bodies: `keypoints`.' }),
  poseModel: Type.String({
    default: 'movenet-lightning',
    minLength: 1,
    description: 'MoveNet for one person: from the catalogue, or the path of an .onnx file.',
  }),
  posePersons: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 20,
    description: 'Persons of a frame whose pose is found at most; the others have their turn in the next ones.',
  }),
  poseScore: ratio(0.5, 'Score from which the pose of a person is found.'),
  poseSeconds: Type.Number({
    default: 0,
    minimum: 0,
    maximum: 60,
    description: 'Seconds after which the pose of a person who is followed is found again; 0: with every frame.',
  }),
});
export type DetectronInferConfig = Static<typeof DetectronInferConfig>;
