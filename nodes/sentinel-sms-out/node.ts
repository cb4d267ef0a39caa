import { alertNode, defineNode, sms, smsAccount, smsPeople } from '../../src/engine.ts';

/** Tells people about incidents by SMS. */
export default defineNode({
  type: 'sentinel-sms-out',
  create(node) {
    const account = () => node.reference('sentinel-sms-account', node.config.account);
    return alertNode(node, {
      kind: sms,
      account: () => smsAccount(account()),
      people: () => (node.config.account === '' ? [] : smsPeople(account().config.recipients, account().config)),
    });
  },
});
