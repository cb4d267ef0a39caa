import schema from 'settings-of:sentinel-site';
import { offerCheck } from '../../src/editor/installation-check.ts';
import { registerNode } from '../../src/editor/register.ts';

registerNode({ type: 'sentinel-site', schema, icon: 'sentinel-site.svg', prepare: offerCheck });
