import { acquireAlerts, assertKind, checkTemplate, defineNode, topicOf, whatsAppAccount } from '../../src/engine.ts';

/** Tells people about incidents by WhatsApp. */
export default defineNode({
  type: 'whatsapp-out',
  create(node) {
    const site = node.site();
    const account = whatsAppAccount(node.reference('sentinel-whatsapp-account', node.config.account));
    const { minimumSeverity, cooldownSeconds, template, sendSnapshot } = node.config;
    checkTemplate(template);
    node.status('idle', 'waiting');
    const alerts = acquireAlerts(site, account, {
      node: node.id,
      delivered(delivery, error) {
        const message = { topic: topicOf(delivery), payload: delivery };
        const { recipient, status, error: trouble } = delivery;
        if (trouble === undefined) {
          node.send([message, null]);
          node.status('running', status, { recipient });
        } else {
          // Failed for good, or late: a flow may try another way.
          node.send([null, message]);
          node.status('down', status === 'queued' ? 'unsent' : status, { recipient });
        }
        if (error !== undefined) node.fail(error, message);
      },
      down(error) {
        node.status('down', 'down', { why: error.message });
        node.fail(error);
      },
      up() {
        node.status('idle', 'waiting');
      },
    });

    return {
      async input(message) {
        const { payload, image } = message;
        assertKind(payload, 'incident');
        const policy = { node: node.id, minimumSeverity, cooldownSeconds, template, sendSnapshot, siteName: site.name };
        const decision = await alerts.alert(payload, Buffer.isBuffer(image) ? image : undefined, policy);
        if (!decision.send) node.status('running', 'held', { why: decision.why });
      },
      close: () => alerts.release(),
    };
  },
});
