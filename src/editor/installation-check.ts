import type { Finding, FindingState } from '../contracts/findings.ts';
import { element } from './element.ts';
import { text } from './register.ts';

const looks: Readonly<Record<FindingState, string>> = {
  ok: 'fa-check',
  warning: 'fa-exclamation-triangle',
  problem: 'fa-times-circle',
  skipped: 'fa-minus',
};

const say = (key: string, params?: Record<string, number>): string =>
  text('sentinel-site', `sentinel-site.check.${key}`, params);

/** The button of the dialog examines the running installation and lists what was found below itself. */
export function offerCheck(): void {
  const button = document.getElementById('echosight-check-button');
  const place = document.getElementById('echosight-check-findings');
  if (button === null || place === null) return;
  let busy = false;
  button.addEventListener('click', () => {
    if (busy) return;
    busy = true;
    button.setAttribute('aria-busy', 'true');
    const spinner = element('i', { className: 'fa fa-spinner fa-spin' });
    place.replaceChildren(element('p', {}, spinner, ` ${say('running')}`));
    const show = (...shown: HTMLElement[]): void => {
      busy = false;
      button.removeAttribute('aria-busy');
      place.replaceChildren(...shown);
    };
    $.getJSON('echosight/sentinel-site/check').then(
      (answer) => {
        const findings = [...(answer as Finding[])].sort((one, other) => urgency(one) - urgency(other));
        show(summary(findings), element('ul', {}, ...findings.map(row)));
      },
      (request: unknown) => {
        const { status } = request as { status: number };
        show(element('p', {}, say(status === 401 || status === 403 ? 'forbidden' : 'failed')));
      },
    );
  });
}

/** What needs somebody's hand stands first. */
function urgency({ state }: Finding): number {
  return state === 'problem' ? 0 : state === 'warning' ? 1 : 2;
}

function summary(findings: readonly Finding[]): HTMLElement {
  const count = (wanted: FindingState): number => findings.filter(({ state }) => state === wanted).length;
  const counts = { problems: count('problem'), warnings: count('warning'), ok: count('ok'), skipped: count('skipped') };
  return element('p', {}, element('strong', {}, say('summary', counts)));
}

function row({ id, about, state, says, advice }: Finding): HTMLElement {
  const icon = element('i', { className: `fa ${looks[state]}`, title: say(`state.${state}`) });
  icon.setAttribute('role', 'img');
  icon.setAttribute('aria-label', say(`state.${state}`));
  const title = element('strong', {}, say(`title.${id}`));
  const what = element('div', {}, about === undefined ? says : `${about}: ${says}`);
  if (advice !== undefined) what.append(element('div', { className: 'echosight-advice' }, advice));
  return element('li', { className: `echosight-${state}` }, icon, title, what);
}
