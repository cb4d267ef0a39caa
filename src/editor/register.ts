import { placeholderIn } from '../contracts/placeholder.ts';
import { showPlaceholder, takePlaceholder } from './placeholder-field.ts';
import { faultOf, type Fault, type SettingsSchema, type ValueSchema } from './schema-fault.ts';

/** Looks and behaviour of a node in the editor; its settings come from the schema that the runtime checks too. */
export interface NodeLook {
  type: string;
  schema: SettingsSchema;
  credentials?: Readonly<Record<string, { type: 'text' | 'password' }>>;
  /** File in icons/. */
  icon: string;
  /** Absent for config nodes, which are not on the canvas. */
  canvas?: {
    colour: string;
    input: boolean;
    /** Keys of the port texts, from the top. */
    outputs: readonly string[];
  };
  /** Further checks of one setting, after those of the schema. */
  checks?: Readonly<Record<string, (value: string, node: EditorNode) => true | string>>;
  /** Further checks of a setting that is a list, after those of the schema. */
  listChecks?: Readonly<Record<string, (list: readonly unknown[]) => true | string>>;
  /** Makes today's form of a setting of what an older version wrote. */
  upgrades?: Readonly<Record<string, (value: unknown) => unknown>>;
  /** Names the part of a setting that is wrong, such as one rule of a list; without it the setting is named. */
  places?: Readonly<Record<string, (path: Fault['path'], value: unknown) => string>>;
  /** What comes and goes with the type, such as a tab of the sidebar. */
  added?: () => void;
  removed?: () => void;
  prepare?: (node: EditorNode) => void;
  save?: (node: EditorNode) => void;
  cancel?: () => void;
  resize?: (size: { width: number; height: number }) => void;
}

/** Text of a node's locale; keys start with the node type or with `shared`. */
export function text(type: string, key: string, params?: Record<string, string | number>): string {
  return RED._(`@echosight/node-red-sentinel/${type}:${key}`, params);
}

/** What is wrong, such as "is more than 1". */
export function faultText(type: string, { key, limit }: Fault): string {
  return text(type, `shared.fault.${key}`, { limit });
}

/** Registers a node with the editor. */
export function registerNode(look: NodeLook): void {
  const { type, canvas, added, removed, prepare, save, cancel, resize } = look;
  const palette = text(type, `${type}.palette`);
  RED.nodes.registerType(type, {
    category: canvas === undefined ? 'config' : 'EchoSight',
    ...(canvas === undefined ? {} : { color: canvas.colour }),
    icon: look.icon,
    defaults: defaultsOf(look),
    ...(look.credentials === undefined ? {} : { credentials: look.credentials }),
    inputs: canvas?.input === true ? 1 : 0,
    outputs: canvas?.outputs.length ?? 0,
    paletteLabel: palette,
    label() {
      if (this.name !== undefined && this.name !== '') return this.name;
      return canvas === undefined ? palette : type;
    },
    labelStyle() {
      return this.name === undefined || this.name === '' ? '' : 'node_label_italic';
    },
    ...(canvas?.input === true ? { inputLabels: text(type, `${type}.port.input`) } : {}),
    outputLabels: (canvas?.outputs ?? []).map((port) => text(type, `${type}.port.${port}`)),
    ...(added === undefined ? {} : { onpaletteadd: added }),
    ...(removed === undefined ? {} : { onpaletteremove: removed }),
    oneditprepare() {
      describeNumbers(look);
      for (const [key, schema] of Object.entries(look.schema.properties)) {
        const field = inputOf(key, canvas === undefined);
        if (this[key] === undefined) fill(field, schema.default);
        else showPlaceholder(field, this[key]);
      }
      prepare?.(this);
    },
    ...(save === undefined
      ? {}
      : {
          oneditsave() {
            save(this);
          },
        }),
    ...(cancel === undefined
      ? {}
      : {
          oneditcancel() {
            cancel();
          },
        }),
    ...(resize === undefined
      ? {}
      : {
          oneditresize(size) {
            resize(size);
          },
        }),
  });
}

function defaultsOf(look: NodeLook): Record<string, EditorProperty> {
  const properties = Object.entries(look.schema.properties);
  return Object.fromEntries(properties.map(([key, schema]) => [key, propertyOf(look, key, schema)]));
}

/** References to config nodes are checked by Node-RED itself unless there is a check, everything else by the schema. */
function propertyOf(look: NodeLook, key: string, schema: ValueSchema): EditorProperty {
  const label = text(look.type, `${look.type}.label.${key}`);
  const required = schema.minLength !== undefined;
  const check = look.checks?.[key];
  if (schema.nodeType !== undefined && check === undefined)
    return { value: '', label, required, type: schema.nodeType };
  return {
    value: schema.default,
    label,
    ...(schema.nodeType === undefined ? {} : { type: schema.nodeType }),
    validate(typed, { label }) {
      // A node of an older version lacks what came later: the runtime takes the default.
      const written = typed === undefined ? schema.default : typed;
      // A flow of an older version lacks new settings, and the runtime checks what a variable holds.
      if ((written === undefined && schema.default !== undefined) || placeholderIn(written) !== undefined) return true;
      const value = look.upgrades?.[key]?.(written) ?? written;
      const found = faultOf(schema, value);
      if (found !== undefined) {
        const place = found.path.length === 0 ? undefined : look.places?.[key]?.(found.path, value);
        return `${place ?? label}: ${faultText(look.type, found)}`;
      }
      const ofList = look.listChecks?.[key];
      if (ofList !== undefined && Array.isArray(value)) return ofList(value);
      return check?.(String(value), this) ?? true;
    },
  };
}

/** The field of a setting that the flow lacks, since it is older than the setting, shows what the runtime takes. */
function fill(field: HTMLElement | null, value: unknown): void {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value === true;
  else if (!(
    field instanceof HTMLInputElement ||
    field instanceof HTMLSelectElement ||
    field instanceof HTMLTextAreaElement
  ))
    return;
  else if (typeof value === 'string' || typeof value === 'number') field.value = String(value);
}

/** The number fields of the open dialog get the limits of the schema: the browser marks what it thinks does not fit. */
function describeNumbers({ schema, canvas }: NodeLook): void {
  for (const [key, { type, minimum, maximum }] of Object.entries(schema.properties)) {
    const input = inputOf(key, canvas === undefined);
    if (!(input instanceof HTMLInputElement) || input.type !== 'number') continue;
    input.step = type === 'integer' ? '1' : 'any';
    if (minimum !== undefined) input.min = String(minimum);
    if (maximum !== undefined) input.max = String(maximum);
    takePlaceholder(input);
  }
}

/** The field of a setting in the open dialog; config nodes have ids of their own. */
export function inputOf(key: string, config = false): HTMLElement | null {
  return document.getElementById(`node-${config ? 'config-' : ''}input-${key}`);
}

/** Whether a check of the runtime, which throws, lets a value pass. */
export function accepts<Value>(check: (value: Value) => unknown, value: Value): boolean {
  try {
    check(value);
    return true;
  } catch {
    return false;
  }
}
