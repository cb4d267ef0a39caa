import { defineNode, readTrainingAsk, topicOf, TrainingReports, type TrainingAsk } from '../../src/engine.ts';

/** Teaches the sound classifier of a site what recordings of its user sound like. */
export default defineNode({
  type: 'sentinel-audio-train',
  create(node) {
    const site = node.site();
    const { training } = site;
    const { path, model, force } = node.config;
    const wish = { force, ...(model === '' ? {} : { model }) };
    const reports = new TrainingReports(site, training, {
      progress: (payload) => {
        node.send([{ topic: topicOf(payload), payload }, null]);
        node.status('connecting', payload.state, { percent: Math.floor(payload.progress * 100) });
      },
      result: (payload) => {
        node.send([null, { topic: topicOf(payload), payload }]);
        const { state, version, activated, results } = payload;
        const params = { version, accuracy: Math.round(100 * (results?.balancedAccuracy ?? 0)) };
        if (state === 'cancelled') node.status('idle', 'cancelled');
        else if (activated === true) node.status('running', 'done', params);
        else node.status('strained', 'notActivated', params);
      },
      failed: (error, payload) => {
        node.send([null, { topic: topicOf(payload), payload }]);
        node.status('down', 'failed', { reason: error.message });
        node.fail(error, { topic: topicOf(payload), payload });
      },
    });
    void reports.heads().then(({ active, versions }) => {
      const accuracy = Math.round(100 * (versions.find((one) => one.active)?.balancedAccuracy ?? 0));
      if (active === undefined) node.status('idle', 'waiting');
      else node.status('idle', 'inUse', { version: active, accuracy });
    });

    async function train(ask: Extract<TrainingAsk, { ask: 'train' }>, name: unknown): Promise<void> {
      const request = { ...wish, ...(ask.force === undefined ? {} : { force: ask.force }) };
      const named = typeof name === 'string' ? { name } : {};
      if (ask.zip !== undefined) await training.beginWith(ask.zip, { ...request, ...named });
      else await training.beginAt(ask.path ?? path, request);
    }

    return {
      async input(message, send) {
        const ask = readTrainingAsk(message.payload);
        if (ask.ask === 'train') {
          await train(ask, message.filename);
          const payload = await reports.now();
          // What waits for an answer, such as an HTTP request, travels with the message.
          if (payload !== undefined) send([{ ...message, topic: topicOf(payload), payload }, null]);
          return;
        }
        if (ask.ask === 'cancel') await training.cancel();
        if (ask.ask === 'activate') await training.activate(ask.version);
        if (ask.ask === 'rollback') await training.rollback();
        const file = ask.ask === 'export' ? { file: await training.exportPath(ask.version) } : {};
        const payload = { ...(await reports.heads()), ...file };
        send([null, { ...message, topic: topicOf(payload), payload }]);
      },
      close() {
        reports.close();
      },
    };
  },
});
