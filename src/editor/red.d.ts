/** The part of the Node-RED editor's browser API that our nodes use; the same in 4.1 and 5. */

/** One setting of a node as the editor wants it described. */
interface EditorProperty {
  value: unknown;
  label: string;
  required?: boolean;
  /** Node type that the setting refers to. */
  type?: string;
  /** True, or what is wrong. Node-RED shows the text only for functions with two parameters. */
  validate?(this: EditorNode, value: unknown, options: { label: string }): true | string;
}

/** A node of the workspace while it is shown or edited. */
interface EditorNode {
  id: string;
  name?: string;
  [setting: string]: unknown;
}

interface EditorDefinition {
  category: string;
  color?: string;
  icon: string;
  defaults: Record<string, EditorProperty>;
  credentials?: Readonly<Record<string, { type: 'text' | 'password' }>>;
  inputs: 0 | 1;
  outputs: number;
  align?: 'right';
  paletteLabel: string;
  label(this: EditorNode): string;
  labelStyle(this: EditorNode): string;
  inputLabels?: string;
  outputLabels?: string[];
  /** The type came into the palette, or went: at the start, and when its package is installed or removed. */
  onpaletteadd?(): void;
  onpaletteremove?(): void;
  oneditprepare?(this: EditorNode): void;
  oneditsave?(this: EditorNode): void;
  oneditcancel?(this: EditorNode): void;
  oneditresize?(this: EditorNode, size: { width: number; height: number }): void;
}

interface EditableListOptions<Item> {
  addItem(row: JQueryElements, index: number, item: Partial<Item>): void;
  sortable: boolean;
  removable: boolean;
  height: number;
  scrollOnAdd: boolean;
  addButton: string;
  buttons: { label: string; icon: string; title: string; click(): void }[];
}

/** jQuery, as far as Node-RED's own widgets need it; everything else is plain DOM. */
interface JQueryElements {
  readonly length: number;
  get(index: number): HTMLElement | undefined;
  data(key: string): unknown;
  toArray(): HTMLElement[];
  editableList<Item>(options: EditableListOptions<Item>): void;
  editableList(action: 'addItem', item: object): void;
  editableList(action: 'empty'): void;
  editableList(action: 'height', pixels: number): void;
  editableList(action: 'items'): JQueryElements;
}

declare const $: {
  (elements: string | Element): JQueryElements;
  /** A request to the admin API: the editor adds the login of the user to those of jQuery. */
  getJSON(url: string): { then(done: (answer: unknown) => void, failed: (request: unknown) => void): void };
  ajax(request: {
    url: string;
    method: 'POST';
    contentType: string | false;
    data: string | Blob | FormData;
    processData?: boolean;
  }): {
    then(done: (answer: unknown) => void, failed: (request: unknown) => void): void;
    abort(): void;
  };
};

interface SidebarTab {
  id: string;
  label: string;
  name: string;
  content: HTMLElement;
  iconClass: string;
  enableOnEdit: boolean;
}

declare const RED: {
  readonly sidebar: {
    addTab(tab: SidebarTab): void;
    removeTab(id: string): void;
    show(id: string): void;
  };
  readonly nodes: {
    registerType(type: string, definition: EditorDefinition): void;
    node(id: string): (EditorNode & { valid?: boolean }) | null;
    /** Every node that wires lead to from the input of a node. */
    getAllUpstreamNodes(node: EditorNode): EditorNode[];
    /** Every node that wires lead to from the outputs of a node. */
    getAllDownstreamNodes(node: EditorNode): EditorNode[];
  };
  readonly editor: {
    /** Opens the large editor of JSON, which says itself what is wrong. */
    editJSON(options: { value: string; complete(value: string): void }): void;
    /** Opens the large editor of JSONata. */
    editExpression(options: { value: string; complete(value: string): void }): void;
  };
  /** Text of a locale: `<namespace>:<key>`. */
  _(key: string, params?: Record<string, string | number>): string;
};
