import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { ApiFailure, type ApiClient } from '../../api-client.ts';
import { download } from '../../browser.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';

const megabyte = 1_000_000;

/** Saves an incident with its files and what proves them as a zip file, which the browser fetches by itself. */
export function createTakingAway(state: PageState, api: ApiClient, { say, language, failureText }: PageVoice) {
  const megabytes = new Intl.NumberFormat(language, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

  async function takeAway({ id }: Pick<IncidentSummary, 'id'>): Promise<void> {
    if (state.exporting !== '') return;
    Object.assign(state, { exporting: id, exportFailure: '', exportWords: say('exportMaking') });
    try {
      const { address, name, bytes } = await api.prepareExport(id);
      download(address, name);
      const size = megabytes.format(bytes / megabyte);
      state.announcement = state.exportWords = say('exportDone', { name, size });
    } catch (error) {
      state.exportWords = '';
      const isRefused = error instanceof ApiFailure && error.kind === 'forbidden';
      state.exportFailure = say('exportFailed', { reason: isRefused ? error.message : failureText(error) });
    } finally {
      state.exporting = '';
    }
  }

  return { takeAway };
}
