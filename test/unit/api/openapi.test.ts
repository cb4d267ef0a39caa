import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApiDocument, type OpenApiDocument } from '../../../src/api/openapi/document.ts';
import { routes } from '../../../src/api/routes/table.ts';
import { serveApi } from './api-server.ts';

describe('the OpenAPI document', () => {
  test('is one, by the schema of OpenAPI 3.1', async () => {
    const document = openApiDocument('1.2.3', '/echosight');
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)) as Record<string, unknown>);
    assert.ok(valid, JSON.stringify(errors, undefined, 1));
    assert.equal(validator.version, '3.1');
    const broken = await new Validator().validate({ ...document, info: {} });
    assert.equal(broken.valid, false, 'and the validator would say so');
  });

  test('has every route of the table, and every reference leads somewhere', () => {
    const document = openApiDocument('1', '');
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(routes).sort());
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g);
    const named = new Set([...references].map(([, name]) => name));
    assert.ok(named.size > 10);
    for (const name of named) assert.ok(name !== undefined && name in document.components.schemas, name);
  });

  test('is served, and as a page without scripts', async (t) => {
    const address = await serveApi(t);
    const answer = await fetch(`${address}/api/v1/openapi.json`);
    const document = (await answer.json()) as OpenApiDocument;
    assert.equal(document.openapi, '3.1.0');
    const page = await fetch(`${address}/api/v1/docs`);
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
    const html = await page.text();
    for (const path of Object.keys(document.paths)) assert.ok(html.includes(path), path);
    assert.doesNotMatch(html, /<script|javascript:|\son\w+=|https?:\/\//i);
  });
});
