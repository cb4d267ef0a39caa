import models from 'models-for:detection';
import schema from 'settings-of:detectron-infer';
import { offerModels } from '../../src/editor/model-field.ts';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';
import { unknownLabels } from '../../src/editor/unknown-labels.ts';

registerNode({
  type: 'detectron-infer',
  schema,
  icon: 'detectron-infer.svg',
  canvas: { colour: '#87A980', input: true, outputs: ['detections', 'picture'] },
  prepare: () => {
    offerModels('echosight-detection-models', models);
    for (const key of ['model', 'labels']) inputOf(key)?.addEventListener('input', showUnknownLabels);
    showUnknownLabels();
  },
});

/** A warning and no fault: the model file of tomorrow may know the class. */
function showUnknownLabels(): void {
  const [model, labels, tip] = [
    inputOf('model'),
    inputOf('labels'),
    document.getElementById('echosight-unknown-labels'),
  ];
  if (!(model instanceof HTMLInputElement) || !(labels instanceof HTMLInputElement) || tip === null) return;
  const unknown = unknownLabels(labels.value, models.find(({ id }) => id === model.value)?.labels);
  tip.hidden = unknown.length === 0;
  tip.textContent = text('detectron-infer', 'detectron-infer.tip.unknown', { labels: unknown.join(', ') });
}
