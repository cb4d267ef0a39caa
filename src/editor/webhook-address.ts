import { inputOf, text } from './register.ts';

const type = 'sentinel-whatsapp-in';
/** Below the public address of a site, which is that of all our pages. */
const path = '/api/v1/whatsapp/webhook';

/** Shows in the open dialog the address that the webhook settings of the Meta app need, as the chosen site has it. */
export function showWebhookAddress(): void {
  const field = document.getElementById('echosight-webhook-address');
  const tip = document.getElementById('echosight-webhook-tip');
  const copy = document.getElementById('echosight-webhook-copy');
  const site = inputOf('site');
  if (!(field instanceof HTMLInputElement) || tip === null || !(copy instanceof HTMLButtonElement)) return;
  const show = (): void => {
    const address = publicAddress(site instanceof HTMLSelectElement ? site.value : '');
    field.value = address === '' ? '' : `${address}${path}`;
    field.placeholder = `https://…/echosight${path}`;
    copy.disabled = address === '';
    tip.textContent = text(type, `${type}.address.${tipFor(address)}`);
  };
  site?.addEventListener('change', show);
  copy.addEventListener('click', () => {
    field.select();
    // Without https there is no clipboard for pages; what is selected can be copied by hand.
    void (navigator.clipboard as Clipboard | undefined)?.writeText(field.value).catch(() => undefined);
  });
  show();
}

function publicAddress(siteId: string): string {
  const address = RED.nodes.node(siteId)?.publicAddress;
  return typeof address === 'string' ? address.replace(/\/+$/, '') : '';
}

function tipFor(address: string): 'none' | 'insecure' | 'enter' {
  if (address === '') return 'none';
  return address.startsWith('http://') ? 'insecure' : 'enter';
}
