import { alertNode, defineNode, whatsApp, whatsAppAccount, whatsAppPeople } from '../../src/engine.ts';

/** Tells people about incidents by WhatsApp. */
export default defineNode({
  type: 'whatsapp-out',
  create(node) {
    const account = () => node.reference('sentinel-whatsapp-account', node.config.account);
    return alertNode(node, {
      kind: whatsApp,
      account: () => whatsAppAccount(account()),
      people: () => (node.config.account === '' ? [] : whatsAppPeople(account().config.recipients, account().config)),
    });
  },
});
