import schema from 'settings-of:whatsapp-out';
import { checkTemplate } from '../../src/alerting/text-template.ts';
import { accepts, registerNode, text } from '../../src/editor/register.ts';

registerNode({
  type: 'whatsapp-out',
  schema,
  icon: 'whatsapp-out.svg',
  canvas: { colour: '#8FCB9B', input: true, outputs: ['delivered', 'failed'] },
  checks: { template: checkFields },
});

function checkFields(template: string): true | string {
  const fields = template.match(/\{[^{}]*\}/g) ?? [];
  const field = fields.find((candidate) => !accepts(checkTemplate, candidate));
  return field === undefined || text('whatsapp-out', 'whatsapp-out.fault.field', { field });
}
