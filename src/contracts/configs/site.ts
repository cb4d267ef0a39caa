import { Type, type Static } from 'typebox';
import { sourceName } from './fields.ts';

export const SentinelSiteConfig = Type.Object({
  name: Type.String({ default: 'Home', minLength: 1, description: 'Name of the site, as it stands in alerts.' }),
  siteId: Type.String({
    default: 'home',
    pattern: sourceName,
    description: 'Short id, the first part of every topic: letters, digits, _ and -.',
  }),
  dataFolder: Type.String({
    default: '',
    description: 'Folder for database and evidence; empty: "echosight" in the Node-RED user folder.',
  }),
  timeZone: Type.String({
    default: '',
    maxLength: 64,
    pattern: '^$|^[A-Za-z][A-Za-z0-9_+/-]*$|^\\$\\{[^}]+\\}$',
    description:
      'Time zone of the hours of rules and of the times in explanations and alerts, such as Europe/Berlin; empty: that of the machine.',
  }),
  location: Type.String({
    default: '',
    maxLength: 64,
    pattern: '^$|^\\s*[+-]?\\d{1,2}(\\.\\d+)?\\s*,\\s*[+-]?\\d{1,3}(\\.\\d+)?\\s*$|^\\$\\{[^}]+\\}$',
    description:
      'Latitude and longitude, such as 52.52, 13.405, for rules that begin or end with the sun; empty: unknown.',
  }),
  exitDelaySeconds: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 600,
    description:
      'Time to leave when somebody arms as away and does not say how long: until then the mode of before counts.',
  }),
  registration: Type.Boolean({
    default: false,
    description: 'Anybody may make an account; it sees nothing until an admin says what.',
  }),
  localLogin: Type.Boolean({
    default: false,
    description: 'Once there are accounts, people at this machine log in too.',
  }),
  publicAddress: Type.String({
    default: '',
    maxLength: 120,
    pattern: '^$|^https?://[^\\s?#@]+$|^\\$\\{[^}]+\\}$',
    description: 'Where phones reach our pages, such as https://home.example/echosight; empty: nowhere.',
  }),
  keepDays: Type.Integer({
    default: 90,
    minimum: 0,
    maximum: 36_500,
    description: 'Days that an incident and its files are kept; 0: without end.',
  }),
  keepCriticalDays: Type.Integer({
    default: 365,
    minimum: 0,
    maximum: 36_500,
    description: 'The same of severity 3, once somebody has reviewed it. Before that it is never deleted.',
  }),
  keepFalseAlarmDays: Type.Integer({
    default: 14,
    minimum: 0,
    maximum: 36_500,
    description: 'The same of what was dismissed or called a false alarm.',
  }),
  mostGigabytes: Type.Number({
    default: 50,
    minimum: 0,
    maximum: 1_000_000,
    description: 'Most gigabytes of evidence files: the oldest go when there is more; 0: no limit.',
  }),
  freeGigabytes: Type.Number({
    default: 2,
    minimum: 0,
    maximum: 1_000_000,
    description: 'Gigabytes that stay free on the disk: the oldest files go when there is less; 0: none.',
  }),
  telemetryFiles: Type.Boolean({
    default: false,
    description: 'Write status.json (every 5 s) and events.jsonl into the folder telemetry of the data folder.',
  }),
});
export type SentinelSiteConfig = Static<typeof SentinelSiteConfig>;
