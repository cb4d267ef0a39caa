import { defineNode } from '../../src/engine.ts';

/** Keeps the Site of its data folder open for as long as the flow runs. */
export default defineNode({
  type: 'sentinel-site',
  create(node) {
    node.site();
    return undefined;
  },
});
