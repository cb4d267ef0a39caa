/** Modules that the build makes out of the contracts and the model catalogue (scripts/build/editor.ts). */

declare module '*.css' {
  /** The file as text. */
  const style: string;
  export default style;
}

declare module 'settings-of:*' {
  /** JSON Schema of the node's settings, from src/contracts/configs.ts. */
  const schema: import('./schema-fault.ts').SettingsSchema;
  export default schema;
}

declare module 'credentials-of:*' {
  /** Secret fields of the node, from `nodeCredentials`. */
  const credentials: Readonly<Record<string, { type: 'text' | 'password' }>>;
  export default credentials;
}

declare module 'models-for:*' {
  /** Models of the catalogue for one task. */
  const models: readonly { id: string; title: string; license: string; labels: readonly string[] }[];
  export default models;
}

declare module 'model-families' {
  /** Families of detectors, by name. */
  const families: readonly string[];
  export default families;
}

declare module 'sample-clips' {
  /** Names of the clips that come with the package. */
  const samples: readonly string[];
  export default samples;
}

declare module 'sound-mapping' {
  /** The text of models/sound-mapping.json. */
  const mapping: string;
  export default mapping;
}

declare module 'rule-presets' {
  /** Lists of rules to begin with, by name. */
  const presets: Readonly<
    Record<import('../contracts/configs.ts').PresetName, readonly import('../contracts/configs.ts').Rule[]>
  >;
  export default presets;
}

declare module 'signal-labels' {
  /** Labels that our own nodes send, per kind of signal. */
  const labels: Readonly<Record<import('../contracts/configs.ts').RuleCondition['kind'], readonly string[]>>;
  export default labels;
}
