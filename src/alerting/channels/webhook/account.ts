import { SentinelError } from '../../../contracts/errors.ts';
import { parseServiceUrl } from '../../../network/address.ts';
import type { AlertAccount, ChannelTools } from '../../alert-channel.ts';
import type { Answer } from '../../answer.ts';
import { plainPeople } from '../../people.ts';
import { openWebhook, reachWebhook, webhook, type WebhookForm } from './channel.ts';
import { topicOf } from './ntfy.ts';

/** A receiver as somebody entered it. */
export interface WebhookAccount {
  /** Id of the node that sends to it. */
  id: string;
  url: string;
  form: WebhookForm;
  secret: string;
  token: string;
}

/** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for a receiver that cannot be. */
export function checkedWebhook({
  id,
  url: typed,
  ...settings
}: WebhookAccount): AlertAccount & { reach: (tools: ChannelTools) => Promise<Answer> } {
  const url = parseServiceUrl(typed);
  if (/[^\x21-\x7e]/.test(settings.token)) {
    throw new SentinelError('ES_BAD_CONFIG', 'The token of the webhook is not valid.', { hint: 'It is one word.' });
  }
  if (settings.form === 'ntfy' && !/^[-\w]{1,64}$/.test(topicOf(url))) {
    throw new SentinelError('ES_BAD_CONFIG', 'The address of ntfy must end with a topic.', {
      hint: 'Such as https://ntfy.sh/my-topic.',
    });
  }
  const target = { url, ...settings };
  return {
    ...{ id, kind: webhook, people: plainPeople([`host:${url.host}`]) },
    open: (tools) => openWebhook(target, tools),
    reach: (tools) => reachWebhook(url, tools),
  };
}
