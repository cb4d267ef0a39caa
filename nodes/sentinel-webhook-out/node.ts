import { alertNode, defineNode, webhook, webhookAccount } from '../../src/engine.ts';

/** Tells a program of the user, or an ntfy server, about incidents. */
export default defineNode({
  type: 'sentinel-webhook-out',
  create: (node) =>
    alertNode(node, {
      kind: webhook,
      account: () => webhookAccount(node),
      people: () => (node.config.url === '' ? [] : webhookAccount(node).people),
    }),
});
