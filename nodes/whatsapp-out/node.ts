import {
  acquireAlerts,
  assertKind,
  checkTemplate,
  defineNode,
  DryRun,
  isSamples,
  topicOf,
  whatsApp,
  whatsAppAccount,
  whatsAppRecipients,
  type NodeContext,
  type NodeHandlers,
} from '../../src/engine.ts';

type Context = NodeContext<'whatsapp-out'>;

/** Tells people about incidents by WhatsApp. */
export default defineNode({
  type: 'whatsapp-out',
  create(node) {
    checkTemplate(node.config.template);
    return node.config.dryRun ? tryOut(node) : tell(node);
  },
});

function tell(node: Context): NodeHandlers {
  const site = node.site();
  const account = whatsAppAccount(node.reference('sentinel-whatsapp-account', node.config.account));
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
    async input({ payload, image, samples, clip }) {
      assertKind(payload, 'incident');
      const policy = { ...policyOf(node), node: node.id };
      if (payload.phase === 'evidence') {
        const { sendVoice, sendVideo } = node.config;
        const kept = { ...(isSamples(samples) ? { samples } : {}), ...(Buffer.isBuffer(clip) ? { clip } : {}) };
        await alerts.follow(payload, kept, { node: node.id, sendVoice, sendVideo });
        return;
      }
      const decision = await alerts.alert(payload, Buffer.isBuffer(image) ? image : undefined, policy);
      // That an incident has ended is no news: what became of its alert stays there.
      if (!decision.send && decision.cause !== 'phase') show('running', 'held', { why: decision.why });
    },
    close: () => alerts.release(),
  };
}

/** Says what would be sent, and to how many. */
function tryOut(node: Context): NodeHandlers {
  const { account } = node.config;
  const recipients =
    account === '' ? [] : whatsAppRecipients(node.reference('sentinel-whatsapp-account', account).config);
  const { tools, newId } = node.site();
  const dryRun = new DryRun({ ...tools, channel: whatsApp, newId, recipients });
  node.status('idle', 'trying');

  return {
    input({ payload, image }, send) {
      assertKind(payload, 'incident');
      const decision = dryRun.alert(payload, Buffer.isBuffer(image) ? image : undefined, policyOf(node));
      if (!decision.send) {
        if (decision.cause !== 'phase') node.status('idle', 'held', { why: decision.why });
        return;
      }
      for (const { delivery, ...picture } of decision.wouldBe) {
        send([{ topic: topicOf(delivery), payload: delivery, ...picture }, null]);
      }
      const people = recipients.length;
      node.status('running', ['wouldTellNobody', 'wouldTellOne'][people] ?? 'dry-run', { people });
    },
  };
}

function policyOf(node: Context) {
  const { minimumSeverity, cooldownSeconds, template, sendSnapshot } = node.config;
  const { name: siteName, publicAddress } = node.site();
  return { minimumSeverity, cooldownSeconds, template, sendSnapshot, siteName, publicAddress };
}
