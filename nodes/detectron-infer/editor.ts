import families from 'model-families';
import models from 'models-for:detection';
import poseModels from 'models-for:pose';
import schema from 'settings-of:detectron-infer';
import { offerLivePicture } from '../../src/editor/live-picture.ts';
import { offerModelCheck } from '../../src/editor/model-check.ts';
import { watchFoldedSections } from '../../src/editor/folded-sections.ts';
import { offerModelPicker } from '../../src/editor/model-picker.ts';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';
import { nearestLabel, unknownLabels } from '../../src/editor/unknown-labels.ts';

const type = 'detectron-infer';
/** So many classes of a model are named where one is asked for that it lacks. */
const fewClasses = 12;

registerNode({
  type,
  schema,
  icon: 'detectron-infer.svg',
  canvas: { colour: '#87A980', input: true, outputs: ['detections', 'picture'] },
  prepare: (node) => {
    offerLivePicture(node);
    watchFoldedSections(type, schema);
    offerModelPicker(type, models);
    offerModelPicker(type, poseModels, { place: 'pose' });
    let known: readonly string[] | undefined;
    const show = (): void => {
      showUnknownLabels(known);
    };
    inputOf('labels')?.addEventListener('input', show);
    offerModelCheck(families, node.family, (labels) => {
      known = labels;
      show();
    });
  },
});

/** A warning and no fault: the model file of tomorrow may know the class. */
function showUnknownLabels(known: readonly string[] | undefined): void {
  const [labels, tip] = [inputOf('labels'), document.getElementById('echosight-unknown-labels')];
  if (!(labels instanceof HTMLInputElement) || tip === null) return;
  const unknown = unknownLabels(labels.value, known);
  tip.hidden = unknown.length === 0;
  const few = known !== undefined && known.length <= fewClasses;
  const meant = few ? [] : unknown.flatMap((label) => nearestLabel(label, known ?? []) ?? []);
  tip.textContent = [
    text(type, `${type}.tip.${few ? 'unknownOf' : 'unknown'}`, {
      labels: unknown.join(', '),
      known: known?.join(', ') ?? '',
    }),
    ...(meant.length === 0 ? [] : [text(type, `${type}.tip.meant`, { label: [...new Set(meant)].join(', ') })]),
  ].join(' ');
}
