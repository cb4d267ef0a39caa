import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { placeholderIn, type Placeholder } from '../../../src/contracts/placeholder.ts';

describe('settings that name an environment variable', () => {
  const cases: [string, unknown, Placeholder | undefined][] = [
    ['the common form', '${RTSP_URL}', { variable: 'RTSP_URL' }],
    ['the older form', '$(RTSP_URL)', { variable: 'RTSP_URL' }],
    ['a setting of the enclosing flow', '${$parent.RATE}', { variable: '$parent.RATE' }],
    ['a default', '${FRAME_RATE:5}', { variable: 'FRAME_RATE', fallback: '5' }],
    ['a default with blanks', '${SITE_NAME:At home}', { variable: 'SITE_NAME', fallback: 'At home' }],
    ['a default with colons', '${RTSP_URL:rtsp://cam:554/s}', { variable: 'RTSP_URL', fallback: 'rtsp://cam:554/s' }],
    ['an empty default', '${LABELS:}', { variable: 'LABELS', fallback: '' }],
    ['only a part of the value', 'rtsp://${HOST}/s', undefined],
    ['two of them', '${A}${B}', undefined],
    ['no name', '${}', undefined],
    ['a field of a template', '{siteName}', undefined],
    ['a number', 5, undefined],
    ['nothing', undefined, undefined],
  ];
  for (const [what, value, expected] of cases) {
    test(what, () => {
      assert.deepEqual(placeholderIn(value), expected);
    });
  }
});
