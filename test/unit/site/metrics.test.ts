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

  test('that are gauges go up and down, and away', async () => {
    const metrics = new SiteMetrics(() => 'mill');
    metrics.set('stream_lag_seconds', 3.5, { source: 'gate' });
    metrics.set('stream_lag_seconds', 1.5, { source: 'gate' });
    assert.match(await metricsText(), /^stream_lag_seconds\{site="mill",source="gate"\} 1.5$/m);
    metrics.set('stream_lag_seconds', undefined, { source: 'gate' });
    assert.doesNotMatch(await metricsText(), /^stream_lag_seconds\{site="mill"/m);
  });

  test('times of the models are there in milliseconds too, in buckets that a percentile can be read from', async () => {
    const metrics = new SiteMetrics(() => 'barn');
    for (const ms of [20, 30, 300]) metrics.observe('vision_infer_seconds', ms / 1000, { model: 'm' });
    metrics.observe('audio_infer_seconds', 0.004, { model: 'a' });
    const text = await metricsText();
    assert.match(text, /^vision_infer_ms_bucket\{le="25",site="barn",model="m"\} 1$/m);
    assert.match(text, /^vision_infer_ms_bucket\{le="50",site="barn",model="m"\} 2$/m);
    assert.match(text, /^vision_infer_ms_sum\{site="barn",model="m"\} 350$/m);
    assert.match(text, /^vision_infer_seconds_bucket\{le="0.05",site="barn",model="m"\} 2$/m);
    assert.match(text, /^audio_infer_ms_bucket\{le="5",site="barn",model="a"\} 1$/m);
  });
});
