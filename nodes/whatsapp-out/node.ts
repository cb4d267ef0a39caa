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
    // Stays visible for as long as it lasts, whatever is sent meanwhile.
    let trouble: string | undefined;
    const show: typeof node.status = (look, key, params) => {
      if (trouble === undefined) node.status(look, key, params);
      else node.status('down', 'down', { why: trouble });
    };
    const alerts = acquireAlerts(site, account, {
      node: node.id,
      delivered(delivery, error) {
        const message = { topic: topicOf(delivery), payload: delivery };
        const { recipient, status, error: reason } = delivery;
        if (reason === undefined) {
          node.send([message, null]);
          show('running', status, { recipient });
        } else {
          // Failed for good, or late: a flow may try another way.
          node.send([null, message]);
          show('down', status === 'queued' ? 'unsent' : status, { recipient });
        }
        if (error !== undefined) node.fail(error, message);
      },
      down(error) {
        trouble = error.message;
        show('down', 'down');
        node.fail(error);
      },
      up() {
        trouble = undefined;
        node.status('idle', 'waiting');
      },
    });

    return {
      async input(message) {
        const { payload, image } = message;
        assertKind(payload, 'incident');
        const policy = { node: node.id, minimumSeverity, cooldownSeconds, template, sendSnapshot, siteName: site.name };
        const decision = await alerts.alert(payload, Buffer.isBuffer(image) ? image : undefined, policy);
        if (!decision.send) show('running', 'held', { why: decision.why });
      },
      close: () => alerts.release(),
    };
  },
});
