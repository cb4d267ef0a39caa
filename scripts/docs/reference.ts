import { defaultRules, nodeConfigs, nodeCredentials, type RuleCondition } from '../../src/contracts/configs.ts';
import { errorNames } from '../../src/contracts/errors.ts';
import {
  metricAliases,
  metricDefinitions,
  type MetricAlias,
  type MetricDefinition,
  type MetricName,
} from '../../src/contracts/metrics.ts';
import { helpTexts } from '../../src/cli/program.ts';
import { packageVersion } from '../../src/process/package-files.ts';
import { table, typeWords, type Schema } from './schema-words.ts';

/** docs/reference.md, before formatting: settings, rules, errors and metrics as the contracts have them, and what the command line says of itself. */
export function referencePage(): string {
  return `# Settings, rules, errors, metrics, command line

Generated from \`src/contracts/\` and \`src/cli/\` by \`node scripts/docs/write.ts\`. Do not edit.

## Settings of the nodes

${Object.entries(nodeConfigs as Readonly<Record<string, Schema>>)
  .map(([type, schema]) => `### ${type}\n\n${settings(schema)}\n\n${credentials(type)}`)
  .join('\n\n')}

## Default rules

All conditions of a rule must hold in one area within the correlation time. Of the rules that fit, the highest severity
wins. The list can be edited in the dialog of fuse-severity.

${table(
  ['severity', 'rule', 'conditions'],
  defaultRules.map(({ severity, label, all }) => [String(severity), label ?? '', all.map(condition).join(' and ')]),
)}

## Errors

The name is stable and stands in \`msg.error.code\` at a Catch node.

${table(
  ['name', 'meaning'],
  Object.entries(errorNames).map(([name, meaning]) => [`\`${name}\``, meaning]),
)}

## Metrics

\`GET /echosight/metrics\` gives them to Prometheus. Each also carries the label \`site\`.

${table(
  ['name', 'type', 'labels', 'meaning'],
  [
    ...Object.entries<MetricDefinition>(metricDefinitions).map(([name, { type, labels = [], help }]) => [
      `\`${name}\``,
      type,
      labels.join(', '),
      help,
    ]),
    ...Object.entries<MetricAlias>(metricAliases).map(([name, { of, help }]) => [
      `\`${name}\``,
      metricDefinitions[of].type,
      labelsOf(of),
      help,
    ]),
  ],
)}

## Command line

In the folder that the package is installed in (usually \`~/.node-red\`): \`npx echosight <command> [options]\`.

${commandLine()}
`;
}

/** Without the version, which would make the page stale with every release. */
function commandLine(): string {
  const { overview, commands } = helpTexts();
  const shown = [overview.replace(` ${packageVersion()}`, ''), ...commands.map(({ text }) => text)];
  return shown.map((text) => `\`\`\`text\n${text.trim()}\n\`\`\``).join('\n\n');
}

function labelsOf(name: MetricName): string {
  return metricDefinitions[name].labels.join(', ');
}

function settings(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, setting]) => [
    `\`${name}\``,
    setting.nodeType ?? typeWords(setting),
    defaultWords(setting.default),
    setting.description ?? '',
  ]);
  return table(['setting', 'type', 'default', 'meaning'], rows);
}

function defaultWords(value: unknown): string {
  if (value === undefined || value === '') return '';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : '[below](#default-rules)';
  return typeof value === 'string' ? `\`${value.replaceAll('\n', '\\n')}\`` : `\`${JSON.stringify(value)}\``;
}

function credentials(type: string): string {
  const fields = Object.keys((nodeCredentials as Readonly<Record<string, object>>)[type] ?? {});
  return fields.length === 0
    ? ''
    : `Credentials, kept encrypted by Node-RED: ${fields.map((f) => `\`${f}\``).join(', ')}.`;
}

function condition({ kind, label, seenTimes, rate, forSeconds }: RuleCondition): string {
  const times = seenTimes === undefined ? '' : ` in ${seenTimes.n} of ${seenTimes.of} looks`;
  const often = rate === undefined ? '' : ` ${rate.times} times in ${rate.seconds} s`;
  const duration = forSeconds === undefined ? '' : ` for ${forSeconds} s`;
  return `${kind} \`${label}\`${times}${often}${duration}`;
}
