import credentials from 'credentials-of:sentinel-whatsapp-account';
import schema from 'settings-of:sentinel-whatsapp-account';
import { registerNode } from '../../src/editor/register.ts';

registerNode({ type: 'sentinel-whatsapp-account', schema, credentials, icon: 'sentinel-whatsapp-account.svg' });
