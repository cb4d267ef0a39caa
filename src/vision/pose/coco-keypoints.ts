/** The 17 points of the body that COCO names, in the order of every model that was trained on it. */
export const keypointNames = [
  'nose',
  'left eye',
  'right eye',
  'left ear',
  'right ear',
  'left shoulder',
  'right shoulder',
  'left elbow',
  'right elbow',
  'left wrist',
  'right wrist',
  'left hip',
  'right hip',
  'left knee',
  'right knee',
  'left ankle',
  'right ankle',
] as const;
export type KeypointName = (typeof keypointNames)[number];

/** Where a point stands in a list of them. */
export function placeOf(name: KeypointName): number {
  return keypointNames.indexOf(name);
}

/** Points that a line joins when a body is drawn. */
export const bones: readonly (readonly [KeypointName, KeypointName])[] = [
  ['nose', 'left eye'],
  ['nose', 'right eye'],
  ['left eye', 'left ear'],
  ['right eye', 'right ear'],
  ['left shoulder', 'right shoulder'],
  ['left shoulder', 'left elbow'],
  ['left elbow', 'left wrist'],
  ['right shoulder', 'right elbow'],
  ['right elbow', 'right wrist'],
  ['left shoulder', 'left hip'],
  ['right shoulder', 'right hip'],
  ['left hip', 'right hip'],
  ['left hip', 'left knee'],
  ['left knee', 'left ankle'],
  ['right hip', 'right knee'],
  ['right knee', 'right ankle'],
];
