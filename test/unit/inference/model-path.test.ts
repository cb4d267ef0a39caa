import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { findModel } from '../../../src/inference/catalog.ts';
import { isOwnFile } from '../../../src/inference/model-path.ts';

describe('what somebody writes as a model', () => {
  test('is an id of the catalogue, spaces around it or not, or the whole path of an .onnx file', () => {
    assert.equal(isOwnFile('nanodet-g-416'), false);
    assert.equal(isOwnFile('yolo v9'), false);
    assert.equal(isOwnFile(resolve('/data/mine.onnx')), true);
    assert.equal(findModel(' nanodet-g-416\n', 'detection').id, 'nanodet-g-416');
  });

  const refused: [written: string, message: RegExp, hint: RegExp][] = [
    ['', /No model is chosen/, /catalogue/],
    ['mine.onnx', /no absolute path/, /root folder/],
    ['~/mine.onnx', /no absolute path/, /~/],
    ['https://example.com/mine.onnx', /no absolute path/, /Download it/],
    ['file:///data/mine.onnx', /no absolute path/, /without file:/],
    ['/data/MINE.ONNX', /no \.onnx file/, /small letters/],
    ['/data/yolov8n.pt', /no \.onnx file/, /yolo export/],
    ['violence.h5', /no \.onnx file/, /Export the model as ONNX/],
    ['/data', /no \.onnx file/, /the file itself/],
  ];
  for (const [written, message, hint] of refused) {
    test(`and not "${written}"`, () => {
      assert.throws(() => findModel(written, 'detection'), { name: 'ES_BAD_CONFIG', message, hint });
    });
  }

  test('a model for something else is not asked to be downloaded first', () => {
    assert.throws(() => findModel('emotion-fer-plus-8', 'detection'), {
      name: 'ES_BAD_CONFIG',
      message: /classify-face/,
    });
  });
});
