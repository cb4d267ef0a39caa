import { alertNode, defineNode, email, emailAccount, emailRecipients } from '../../src/engine.ts';

/** Tells people about incidents by mail. */
export default defineNode({
  type: 'sentinel-email-out',
  create(node) {
    const account = () => node.reference('sentinel-email-account', node.config.account);
    return alertNode(node, {
      kind: email,
      account: () => emailAccount(account()),
      recipients: () => (node.config.account === '' ? [] : emailRecipients(account().config)),
    });
  },
});
