import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { metricsText, SiteMetrics } from '../../../src/site/prometheus.ts';

describe('the metrics', () => {
  test('of several Sites stand side by side, told apart by their label', async () => {
    let shop = 'shop';
    const first = new SiteMetrics(() => shop);
    const second = new SiteMetrics(() => 'villa');
    first.count('frames_captured_total', { source: 'gate' }, 2);
    second.count('frames_captured_total', { source: 'gate' });
    shop = 'corner-shop';
    first.count('frames_captured_total', { source: 'gate' });
    second.observe('alert_send_latency_seconds', 0.3, { channel: 'whatsapp' });
    const text = await metricsText();
    assert.match(text, /^frames_captured_total\{site="shop",source="gate"\} 2$/m);
    assert.match(text, /^frames_captured_total\{site="villa",source="gate"\} 1$/m);
    assert.match(text, /^frames_captured_total\{site="corner-shop",source="gate"\} 1$/m);
    assert.match(text, /^alert_send_latency_seconds_bucket\{le="0.5",site="villa",channel="whatsapp"\} 1$/m);
  });
});
