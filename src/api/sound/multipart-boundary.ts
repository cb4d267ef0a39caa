/** Name and value of a parameter of a header, as a token or a quoted text. Source: RFC 9110, section 5.6.6 */
const parameter = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\\r\n]|\\[^\r\n])*)"|([^\s";]+))/y;
/** Source: RFC 2046, section 5.1.1 */
const boundaryForm = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/;

/** A header's first word in lower case, and its parameters; undefined for what is not well formed. */
export function headerValue(header: string): { value: string; parameters: Map<string, string> } | undefined {
  const [value = ''] = header.split(';', 1);
  const parameters = new Map<string, string>();
  let at = value.length;
  while (header.slice(at).trim() !== '') {
    parameter.lastIndex = at;
    const match = parameter.exec(header);
    if (match === null) return undefined;
    const [whole, name = '', quoted, token = ''] = match;
    // Said twice, nobody knows which one others would believe.
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), quoted === undefined ? token : quoted.replace(/\\(.)/g, '$1'));
    at += whole.length;
  }
  return { value: value.trim().toLowerCase(), parameters };
}

/** The boundary that a Content-Type names; `other` for another type than multipart/form-data. */
export function boundaryOf(contentType: string | undefined): { boundary: string } | 'other' | 'malformed' {
  const [type = ''] = (contentType ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'multipart/form-data') return 'other';
  const boundary = headerValue(contentType ?? '')?.parameters.get('boundary');
  return boundary !== undefined && boundaryForm.test(boundary) ? { boundary } : 'malformed';
}
