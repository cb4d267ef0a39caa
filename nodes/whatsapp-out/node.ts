import { assertKind, checkTemplate, defineNode, topicOf, whatsAppAccount, WhatsAppAlerts } from '../../src/engine.ts';

/** Tells people about incidents by WhatsApp. */
export default defineNode({
  type: 'whatsapp-out',
  create(node) {
    const site = node.site();
    const account = whatsAppAccount(node.id, node.reference('sentinel-whatsapp-account', node.config.account));
    const { minimumSeverity, cooldownSeconds, template, sendSnapshot } = node.config;
    checkTemplate(template);
    const policy = { minimumSeverity, cooldownSeconds, template, sendSnapshot, siteName: site.name };
    let opened: Promise<WhatsAppAlerts> | undefined;
    const open = async (): Promise<WhatsAppAlerts> => {
      const database = await site.database();
      const alerts = new WhatsAppAlerts({ database, account, newId: site.newId, ...site.tools }, (delivery, error) => {
        const message = { topic: topicOf(delivery), payload: delivery };
        // Failed for good, or late: a flow may try another way.
        const trouble = error !== undefined;
        node.send(trouble ? [null, message] : [message, null]);
        node.status(trouble ? 'down' : 'running', delivery.status, { recipient: delivery.recipient });
        if (error !== undefined) node.fail(error, message);
      });
      await alerts.start();
      return alerts;
    };
    const ready = async (): Promise<WhatsAppAlerts> => {
      opened ??= open();
      return await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
    };
    node.status('idle', 'waiting');
    ready().catch((error: unknown) => {
      node.fail(error);
    });

    return {
      async input(message) {
        const { payload, image } = message;
        assertKind(payload, 'incident');
        const alerts = await ready();
        const decision = await alerts.alert(payload, Buffer.isBuffer(image) ? image : undefined, policy);
        if (!decision.send && decision.why !== '') node.status('running', 'held', { why: decision.why });
      },
      close: async () => {
        await (await opened?.catch(() => undefined))?.stop();
      },
    };
  },
});
