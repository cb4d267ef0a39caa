import { alertNode, defineNode, email, emailAccount, mailPeople } from '../../src/engine.ts';

/** Tells people about incidents by mail. */
export default defineNode({
  type: 'sentinel-email-out',
  create(node) {
    const account = () => node.reference('sentinel-email-account', node.config.account);
    return alertNode(node, {
      kind: email,
      account: () => emailAccount(account()),
      people: () => (node.config.account === '' ? [] : mailPeople(account().config.recipients, account().config)),
    });
  },
});
