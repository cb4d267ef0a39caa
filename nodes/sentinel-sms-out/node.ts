import { alertNode, defineNode, sms, smsAccount, smsRecipients } from '../../src/engine.ts';

/** Tells people about incidents by SMS. */
export default defineNode({
  type: 'sentinel-sms-out',
  create(node) {
    const account = () => node.reference('sentinel-sms-account', node.config.account);
    return alertNode(node, {
      kind: sms,
      account: () => smsAccount(account()),
      recipients: () => (node.config.account === '' ? [] : smsRecipients(account().config)),
    });
  },
});
