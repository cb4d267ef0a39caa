import families from 'model-families';
import models from 'models-for:detection';
import schema from 'settings-of:detectron-infer';
import { offerModelCheck } from '../../src/editor/model-check.ts';
import { markAbsentModels, offerModels } from '../../src/editor/model-field.ts';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';
import { unknownLabels } from '../../src/editor/unknown-labels.ts';

const modelList = 'echosight-detection-models';

registerNode({
  type: 'detectron-infer',
  schema,
  icon: 'detectron-infer.svg',
  canvas: { colour: '#87A980', input: true, outputs: ['detections', 'picture'] },
  prepare: ({ family }) => {
    offerModels(modelList, models);
    markAbsentModels(modelList, 'detectron-infer', text('detectron-infer', 'detectron-infer.tip.absent'));
    let known: readonly string[] | undefined;
    const show = (): void => {
      showUnknownLabels(known);
    };
    inputOf('labels')?.addEventListener('input', show);
    offerModelCheck(families, family, (labels) => {
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
  tip.textContent = text('detectron-infer', 'detectron-infer.tip.unknown', { labels: unknown.join(', ') });
}
