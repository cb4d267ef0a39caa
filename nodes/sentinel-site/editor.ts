import schema from 'settings-of:sentinel-site';
import { registerNode } from '../../src/editor/register.ts';

registerNode({ type: 'sentinel-site', schema, icon: 'sentinel-site.svg' });
