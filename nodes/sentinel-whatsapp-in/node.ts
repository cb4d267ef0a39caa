import { acquireInbox, defineNode, whatsAppAccount } from '../../src/engine.ts';

/** Takes in what comes back from WhatsApp: receipts of alerts, and what their recipients write. */
export default defineNode({
  type: 'sentinel-whatsapp-in',
  create(node) {
    const config = node.reference('sentinel-whatsapp-account', node.config.account);
    const inbox = acquireInbox(node.site(), whatsAppAccount(config), config.credentials, {
      wrote(message) {
        const { from, text = message.payload.type } = message.payload;
        node.status('running', 'wrote', { from, text });
        node.send([null, message]);
      },
      said(message) {
        node.send([message, null]);
      },
    });
    node.status('idle', 'waiting');

    return {
      close() {
        inbox.release();
      },
    };
  },
});
