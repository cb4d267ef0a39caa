/** What can run a model: the CPU, or what a graphics card or chip offers. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'dml', 'coreml'] as const;
export type ExecutionProvider = (typeof executionProviders)[number];
