import { element } from '../element.ts';
import { text } from '../register.ts';
import { ListeningView } from './listening-view.ts';

const id = 'echosight-listening';
let view: ListeningView | undefined;

/** Adds the tab that shows what every microphone hears, beside flow and dialog. */
export function addListeningTab(): void {
  if (view !== undefined) return;
  view = new ListeningView();
  const content = element('div', { className: 'echosight-listening-sidebar' }, view.element);
  const name = text('audio-classify', 'audio-classify.listening.title');
  // While a dialog is open it stays: that is when thresholds are changed.
  RED.sidebar.addTab({ id, label: name, name, content, iconClass: 'fa fa-volume-up', enableOnEdit: true });
  view.watch();
}

export function removeListeningTab(): void {
  view?.stop();
  view = undefined;
  RED.sidebar.removeTab(id);
}

export function showListeningTab(): void {
  RED.sidebar.show(id);
}
