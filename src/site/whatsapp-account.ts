import { checkedAccount } from '../alerting/channels/whatsapp/account.ts';
import { placeholdersIn, type MessageTemplate } from '../alerting/channels/whatsapp/message-template.ts';
import type { WhatsAppAccountConfig } from '../contracts/configs.ts';
import { SentinelError } from '../contracts/errors.ts';

/**
 * The account that a sentinel-whatsapp-account node describes.
 * @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS for an account that cannot work.
 */
export function whatsAppAccount(node: {
  id: string;
  config: WhatsAppAccountConfig;
  credentials: Readonly<Record<string, string>>;
}): ReturnType<typeof checkedAccount> {
  const { phoneNumberId, graphVersion, baseUrl, recipients } = node.config;
  const accessToken = node.credentials.accessToken ?? '';
  if (accessToken === '') {
    throw new SentinelError('ES_BAD_CONFIG', 'The WhatsApp account has no access token.', {
      hint: 'Open the account and paste the token of the system user.',
    });
  }
  const templates = templatesIn(node.config);
  const { businessAccountId } = node.config;
  const account = { id: node.id, phoneNumberId, graphVersion, baseUrl, accessToken, recipients, hours: node.config };
  return checkedAccount({ ...account, templates, businessAccountId });
}

/** The second one has no picture; what is not said of it is as in the first. @throws SentinelError ES_BAD_CONFIG */
function templatesIn(config: WhatsAppAccountConfig): MessageTemplate[] {
  const { templateName, templateLanguage, templateParameters, templateHeader, templateButtons: buttons } = config;
  const { secondTemplateName, secondTemplateLanguage, secondTemplateParameters } = config;
  const first = { name: templateName, header: templateHeader, lines: templateParameters, codes: templateLanguage };
  const second = {
    ...{ name: secondTemplateName, header: false },
    ...{ lines: secondTemplateParameters || templateParameters, codes: secondTemplateLanguage || templateLanguage },
  };
  const named = [first, second].filter(({ name }) => name !== '');
  return named.map(({ name, header, lines, codes }) => ({
    ...{ name, header, buttons, languages: listed(codes, ',') },
    ...placeholdersIn(listed(lines, '\n')),
  }));
}

function listed(text: string, separator: string): string[] {
  const entries = text.split(separator).map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '');
}
