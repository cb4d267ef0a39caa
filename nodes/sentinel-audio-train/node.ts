import {
  defineNode,
  modelsFor,
  offerTraining,
  readTrainingAsk,
  topicOf,
  trainingAnswers,
  TrainingReports,
  type TrainedHeads,
  type TrainingAsk,
} from '../../src/engine.ts';

/** Teaches the sound classifier of a site what recordings of its user sound like. */
export default defineNode({
  type: 'sentinel-audio-train',
  answers: { ...trainingAnswers, models: () => modelsFor('sound') },
  create(node) {
    const site = node.site();
    const { training } = site.sound;
    const { path, model, force, fromHttp } = node.config;
    const leave = offerTraining(node.id, {
      training,
      database: () => site.database(),
      settings: { path, model, force },
    });
    const wish = { force, ...(model === '' ? {} : { model }) };
    const reports = new TrainingReports(site, training, {
      progress: (payload) => {
        node.send([{ topic: topicOf(payload), payload }, null]);
        node.status('connecting', payload.state, { percent: Math.floor(payload.progress * 100) });
      },
      result: (payload) => {
        node.send([null, { topic: topicOf(payload), payload }]);
        const { state, version, activated, results, misfit } = payload;
        const params = { version, accuracy: Math.round(100 * (results?.balancedAccuracy ?? 0)) };
        if (state === 'cancelled') node.status('idle', 'cancelled');
        else if (activated === true && misfit !== undefined) node.status('strained', 'misfit', { reason: misfit });
        else if (activated === true) node.status('running', 'done', params);
        else node.status('strained', 'notActivated', params);
      },
      failed: (error, payload) => {
        node.send([null, { topic: topicOf(payload), payload }]);
        node.status('down', 'failed', { reason: error.message });
        node.fail(error, { topic: topicOf(payload), payload });
      },
    });
    const distrust = fromHttp ? training.trustHttp() : undefined;
    reports
      .heads()
      .then(tellInUse)
      .catch((error: unknown) => {
        site.log.error(`What was trained could not be told: ${String(error)}`);
      });

    function tellInUse({ active, versions, misfit }: TrainedHeads): void {
      const accuracy = Math.round(100 * (versions.find((one) => one.active)?.balancedAccuracy ?? 0));
      if (misfit !== undefined) node.status('strained', 'misfit', { reason: misfit });
      else if (active === undefined) node.status('idle', 'waiting');
      else node.status('idle', 'inUse', { version: active, accuracy });
    }

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
        const heads = await reports.heads();
        if (ask.ask === 'activate' || ask.ask === 'rollback') tellInUse(heads);
        const payload = { ...heads, ...file };
        send([null, { ...message, topic: topicOf(payload), payload }]);
      },
      close() {
        leave();
        distrust?.();
        reports.close();
      },
    };
  },
});
