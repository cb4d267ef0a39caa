import { SentinelError } from '../../contracts/errors.ts';
import type { ModelTask } from '../../inference/model-description.ts';
import type { ModelChoice } from '../../vision/detection-model.ts';
import { ok, problemOf, skipped, warning, type Outcome } from '../finding.ts';
import type { Installation } from '../installation.ts';
import type { Ports } from '../ports.ts';

type ModelPorts = Pick<Ports, 'catalogModels' | 'runModel'>;

/** The runtime that models run on, found out by running one. */
export async function checkInference(
  ports: Pick<Ports, 'catalogModels' | 'runModel' | 'runtimeVersion'>,
): Promise<Outcome> {
  for (const { id, task } of ports.catalogModels()) {
    try {
      const { backend } = await ports.runModel({ model: id }, task);
      const version = await ports.runtimeVersion(backend);
      const says = `Models run on ${[backend, version].filter((part) => part !== '').join(' ')}`;
      if (backend === 'onnxruntime-node') return ok(`${says} (native).`);
      return warning(
        `${says} (WebAssembly), five to seven times slower than native.`,
        'Where there is a native runtime (not on Alpine Linux or Intel Macs), run "npm install --ignore-scripts onnxruntime-node" in the user folder and restart Node-RED.',
      );
    } catch (error) {
      if (error instanceof SentinelError && error.name === 'ES_RUNTIME_MISSING') return problemOf(error);
      // A damaged model says nothing about the runtime: the next one may.
    }
  }
  return skipped('No model could be run, so the runtime is not known.');
}

/** Every model of the package and of the flow: file, hash, and one run on an empty input. */
export async function checkModels({ models }: Pick<Installation, 'models'>, ports: ModelPorts): Promise<Outcome[]> {
  const embedded = ports.catalogModels();
  const own = models.filter(({ model }) => !embedded.some(({ id }) => id === model));
  const all = [...embedded.map(({ id, task }) => ({ model: id, task })), ...own];
  const outcomes: Outcome[] = [];
  // One after the other: each takes about 100 MB while it runs.
  for (const { task, ...choice } of all)
    outcomes.push({ about: choice.model, ...(await tryModel(choice, task, ports)) });
  return outcomes;
}

async function tryModel(choice: ModelChoice, task: ModelTask, ports: ModelPorts): Promise<Outcome> {
  try {
    const { ms } = await ports.runModel(choice, task);
    return ok(
      `The file is whole and runs: ${Math.max(1, Math.round(ms))} ms for one ${task === 'sound' ? 'sound window' : 'picture'}.`,
    );
  } catch (error) {
    return problemOf(error);
  }
}
