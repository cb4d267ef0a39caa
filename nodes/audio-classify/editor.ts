import models from 'models-for:sound';
import schema from 'settings-of:audio-classify';
import { offerCalibration } from '../../src/editor/calibration/calibration-view.ts';
import { watchFoldedSections } from '../../src/editor/folded-sections.ts';
import { ListeningView } from '../../src/editor/listening/listening-view.ts';
import { addListeningTab, removeListeningTab, showListeningTab } from '../../src/editor/listening/sidebar.ts';
import { offerModelPicker } from '../../src/editor/model-picker.ts';
import { registerNode } from '../../src/editor/register.ts';
import { showRunningNode } from '../../src/editor/running-node.ts';
import { offerSensitivity } from '../../src/editor/sensitivity.ts';
import { isTable, offerSoundTable } from '../../src/editor/sound-table.ts';
import { showTrainedHead } from '../../src/editor/trained-head.ts';

const type = 'audio-classify';

registerNode({
  type,
  schema,
  icon: 'audio-classify.svg',
  canvas: { colour: '#D8BFD8', input: true, outputs: ['scores'] },
  checks: { mapping: isTable },
  added: addListeningTab,
  removed: removeListeningTab,
  prepare: (node) => {
    watchFoldedSections(type, schema);
    offerModelPicker(type, models);
    showRunningNode(node.id);
    showTrainedHead(node.id);
    offerSensitivity(schema);
    offerSoundTable();
    offerCalibration(node);
    const view = new ListeningView(node.id);
    document.getElementById('echosight-ear')?.replaceChildren(view.element);
    view.watch();
    document.getElementById('echosight-ear-tab')?.addEventListener('click', showListeningTab);
  },
});
