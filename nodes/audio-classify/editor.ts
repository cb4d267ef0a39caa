import models from 'models-for:sound';
import schema from 'settings-of:audio-classify';
import { offerCalibration } from '../../src/editor/calibration/calibration-view.ts';
import { watchFoldedSections } from '../../src/editor/folded-sections.ts';
import { ListeningView } from '../../src/editor/listening/listening-view.ts';
import { addListeningTab, removeListeningTab, showListeningTab } from '../../src/editor/listening/sidebar.ts';
import { offerModelPicker } from '../../src/editor/model-picker.ts';
import { registerNode } from '../../src/editor/register.ts';
import { showRunningModel } from '../../src/editor/running-model.ts';
import { isTable, offerSoundTable } from '../../src/editor/sound-table.ts';

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
    showRunningModel(node.id);
    offerSoundTable();
    offerCalibration(node);
    const view = new ListeningView(node.id);
    document.getElementById('echosight-ear')?.replaceChildren(view.element);
    view.watch();
    document.getElementById('echosight-ear-tab')?.addEventListener('click', showListeningTab);
  },
});
