import { knownVariables, ownVariables, type KnownVariable } from '../start/variables.ts';
import { table } from './schema-words.ts';

/** docs/environment.md, before formatting: the environment variables that `npm start` and the nodes understand. */
export function environmentPage(): string {
  const used = knownVariables.filter(({ sets }) => sets !== undefined);
  const idle = knownVariables.filter(({ instead }) => instead !== undefined);
  return `# Environment variables

Generated from \`scripts/start/variables.ts\` by \`node scripts/docs/write.ts\`. Do not edit.

## In the settings of nodes

Node-RED puts environment variables into the settings of every node. A setting whose whole value is one of these is
taken from the environment when flows start:

${table(
  ['value', 'meaning'],
  [
    ['`${NAME}`', 'The variable. Where it is not set, the node is red and its error names the variable.'],
    ['`${NAME:default}`', 'The variable, or what follows the colon. Only nodes of this package know this form.'],
    ['`$(NAME)`', 'The older form of Node-RED.'],
  ],
)}

- It works in every setting, numbers and credentials included. A number field takes it as soon as you type \`$\`.
- Only whole values are replaced: \`rtsp://\${HOST}/stream\` is refused. Put the whole address into the variable. A user and
  password in it are used and shown nowhere.
- What a variable holds is checked like what somebody types. An empty variable counts as an empty field: the default
  applies.
- Variables of the enclosing flow, group or subflow go before those of the process.
- The example flow _Settings from the environment_ has nothing about your place in it.

## In \`npm start\`

\`npm start\` reads the environment of its process and a file \`.env\` in the working directory (\`--env-file FILE\`: that file
instead). What is set in the process goes before the file, the command line before both. It prints what it uses, never a
secret. A flow that you have edited is kept: variables do not change it any more.

${rows(['variable', 'known from', 'sets'], used, ({ sets = '' }) => sets)}

\`HOST\` and \`PORT\` are often set for somebody else: where they do not fit they are left aside, with a word. An address other
than this machine needs \`ECHOSIGHT_ADMIN_PASSWORD\` (8 characters or more). All other values that cannot work are refused by
name. The three variables of the WhatsApp account count together; without them alerts go to the sandbox. So do those of mail (MAIL_SERVER, ALERT_FROM_EMAIL,
ALERT_TO_EMAIL, and a login where the server wants one) and of SMS (the TWILIO ones and ALERT_TO_PHONE), which alert beside WhatsApp, as do WEBHOOK_URL and NTFY_TOPIC (below). Once they are
used, Node-RED itself starts without \`WHATSAPP_ACCESS_TOKEN\` and the secrets of the other channels: they lie in the credentials.

## Of our own

Node-RED has to be started with those that it reads: in its service file, its container or its shell.

${table(
  ['variable', 'read by', 'sets'],
  ownVariables.map(({ name, reader, sets }) => [`\`${name}\``, reader, sets]),
)}

## Known, but without a meaning in this version

${rows(['variable', 'known from', 'what there is instead'], idle, ({ instead = '' }) => instead)}
`;
}

function rows(
  head: readonly string[],
  variables: readonly KnownVariable[],
  last: (variable: KnownVariable) => string,
): string {
  return table(
    head,
    variables.map((variable) => [`\`${variable.name}\``, variable.systems.join(', '), last(variable)]),
  );
}
