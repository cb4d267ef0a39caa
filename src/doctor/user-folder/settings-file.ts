/** What of Node-RED's settings can be read without running them. */
export interface PlainSettings {
  flowFile?: string;
  /** False: credentials are not encrypted. */
  credentialSecret?: string | false;
  uiHost?: string;
}

/**
 * Finds plain values in a settings file. It is a program, which is not run here: what it computes is not seen, except
 * for an environment variable that stands there by name.
 */
export function readSettings(text: string, env: NodeJS.ProcessEnv): PlainSettings {
  const code = withoutComments(text);
  const value = (name: string): string | undefined => {
    const quoted = new RegExp(
      `(?:^|[{,\\s])["']?${name}["']?\\s*:\\s*(["'\`])((?:(?!\\1)[^\\\\\\n])*)\\1\\s*(?:[,}\\n]|$)`,
    ).exec(code)?.[2];
    if (quoted !== undefined) return quoted;
    const variable = new RegExp(`(?:^|[{,\\s])["']?${name}["']?\\s*:\\s*process\\.env\\.(\\w+)`).exec(code)?.[1];
    return variable === undefined ? undefined : env[variable];
  };
  const flowFile = value('flowFile');
  const uiHost = value('uiHost');
  const off = /(?:^|[{,\s])["']?credentialSecret["']?\s*:\s*false\b/.test(code);
  const secret = off ? false : value('credentialSecret');
  return {
    ...(flowFile === undefined ? {} : { flowFile }),
    ...(secret === undefined ? {} : { credentialSecret: secret }),
    ...(uiHost === undefined ? {} : { uiHost }),
  };
}

/**
 * Settings files are mostly comments, with examples of settings in them. Strings are kept, whatever stands in them. Each
 * alternative ends somewhere, so that a damaged file costs linear time.
 */
const stringsAndComments =
  /("(?:[^"\\\n]|\\[\s\S]?)*(?:"|(?=\n)|$)|'(?:[^'\\\n]|\\[\s\S]?)*(?:'|(?=\n)|$)|`(?:[^`\\]|\\[\s\S]?)*(?:`|$))|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;

function withoutComments(text: string): string {
  return text.replace(stringsAndComments, (_, kept: string | undefined) => kept ?? ' ');
}
