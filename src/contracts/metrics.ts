/** Every metric of the product: the names that Prometheus sees. `labels` are the only ones that may be used with it. */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: readonly string[];
}

export const metricDefinitions = {
  frames_captured_total: {
    type: 'counter',
    help: 'Frames that came out of the cameras; those of one connection count once, however many nodes share it.',
    labels: ['source'],
  },
  frames_analysed_total: { type: 'counter', help: 'Frames that a detector has looked at.', labels: ['source'] },
  frames_dropped_total: {
    type: 'counter',
    help: 'Frames that no detector has looked at, by reason: superseded by a newer one, too-old, or detector-down.',
    labels: ['source', 'reason'],
  },
  frames_still_total: {
    type: 'counter',
    help: 'Frames in which nothing moved and nothing was there, so that no detector had to look: runs saved.',
    labels: ['source'],
  },
  crops_analysed_total: {
    type: 'counter',
    help: 'Parts of frames that a detector has looked at again, closely, because something moved there.',
    labels: ['source'],
  },
  previews_made_total: {
    type: 'counter',
    help: 'Annotated pictures that were made: none while nobody looks and no flow takes them.',
    labels: ['source'],
  },
  poses_total: { type: 'counter', help: 'Persons whose pose a model has found.', labels: ['source'] },
  poses_skipped_total: {
    type: 'counter',
    help: 'Persons whose pose was left out, by reason: late (there was no time, or the picture cannot be decoded) or down (the pose model cannot be used).',
    labels: ['source', 'reason'],
  },
  stream_lag_seconds: {
    type: 'gauge',
    help: 'How late the pictures of a connected camera come, because this machine is behind; 0 to 0.3 is usual.',
    labels: ['source'],
  },
  stream_renewals_total: {
    type: 'counter',
    help: 'New connections to a camera that was connected, by reason: late (its pictures came too late) or size (they changed it).',
    labels: ['source', 'reason'],
  },
  objects_ignored_total: {
    type: 'counter',
    help: 'Objects that were found and left out, because they stood in an ignore polygon.',
    labels: ['source'],
  },
  audio_windows_captured_total: {
    type: 'counter',
    help: 'Sound windows that came out of cameras and microphones; those of one connection count once.',
    labels: ['source'],
  },
  audio_windows_analysed_total: {
    type: 'counter',
    help: 'Sound windows that a classifier has heard.',
    labels: ['source'],
  },
  audio_windows_dropped_total: {
    type: 'counter',
    help: 'Sound windows that no classifier has heard, by reason: queue-full or classifier-down.',
    labels: ['source', 'reason'],
  },
  sounds_muted_total: {
    type: 'counter',
    help: 'Sounds that would have counted, but were heard while our own loudspeaker talked.',
    labels: ['source', 'label'],
  },
  microphone_fault_seconds_total: {
    type: 'counter',
    help: 'Seconds for which a microphone or camera gave sound that cannot be trusted, by what is wrong: silent, clipping or offset.',
    labels: ['source', 'fault'],
  },
  sound_level_dbfs: {
    type: 'gauge',
    help: 'RMS level of the last half second or window of a connected source, in dB relative to full scale; -100 is silence.',
    labels: ['source'],
  },
  sound_peak_dbfs: {
    type: 'gauge',
    help: 'Largest sample of the same, in dB relative to full scale; 0 is as loud as it can be.',
    labels: ['source'],
  },
  audio_gaps_total: {
    type: 'counter',
    help: 'Gaps in the sound of a source that sends samples of its own: its windows began anew behind them.',
    labels: ['source'],
  },
  vision_infer_seconds: { type: 'histogram', help: 'Time of one run of the detector.', labels: ['model'] },
  pose_infer_seconds: {
    type: 'histogram',
    help: 'Time that a pose model takes for one person, crop included.',
    labels: ['model'],
  },
  audio_infer_seconds: { type: 'histogram', help: 'Time of one run of the sound classifier.', labels: ['model'] },
  incidents_total: { type: 'counter', help: 'Incidents that started.', labels: ['severity'] },
  incidents_untold_total: {
    type: 'counter',
    help:
      'What would have been an incident and was not told, by reason: mode (its rule does not count in the mode of the site), ' +
      'schedule (not at this time), delay (somebody disarmed within its entry delay) or cap (part of a summary of many).',
    labels: ['why'],
  },
  events_sent_total: {
    type: 'counter',
    help: 'Alerts handed to the outbox, on disk or in memory.',
    labels: ['channel'],
  },
  events_dropped_total: { type: 'counter', help: 'Incidents that made no alert, by reason.', labels: ['why'] },
  alerts_accepted_total: {
    type: 'counter',
    help: 'Messages that the provider accepted; delivery is known only from its webhook.',
    labels: ['channel'],
  },
  alerts_maybe_duplicate_total: {
    type: 'counter',
    help: 'Messages accepted after an earlier try that nobody answered: the person may have got them twice.',
    labels: ['channel'],
  },
  alerts_failed_total: { type: 'counter', help: 'Messages that failed for good or expired.', labels: ['channel'] },
  alerts_withheld_total: {
    type: 'counter',
    help:
      'Messages that were held back or left out, by reason: quiet (hours of a person, who is told later), passed-over (somebody else ' +
      'is awake) or snooze.',
    labels: ['channel', 'why'],
  },
  alerts_delivered_ok_total: {
    type: 'counter',
    help:
      'Messages known to have reached a phone, by the receipts of the provider: they come in by sentinel-whatsapp-in, and from ' +
      'Twilio where the site has a public address. Without them it stays 0. See alerts_accepted_total.',
    labels: ['channel'],
  },
  webhook_events_total: {
    type: 'counter',
    help:
      'What WhatsApp has posted to us, by kind: status, message, stranger (a message of nobody who is told), ' +
      'repeated (came before) or foreign (of another number).',
    labels: ['channel', 'kind'],
  },
  alert_send_latency_seconds: {
    type: 'histogram',
    help: 'From the alert being written down to its acceptance by the provider.',
    labels: ['channel'],
  },
  false_positive_reports_total: {
    type: 'counter',
    help: 'Reviews that call an incident a false alarm; saying it again of the same incident does not count.',
    labels: [],
  },
  evidence_bytes_total: { type: 'counter', help: 'Bytes of evidence written.', labels: ['type'] },
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof metricDefinitions;

/** A histogram under a second name and in another unit. */
export interface MetricAlias {
  of: MetricName;
  /** What a value of the original is multiplied by. */
  factor: number;
  help: string;
}

/** Names that scrapers of other systems ask for. Nothing is measured twice. */
export const metricAliases = {
  vision_infer_ms: {
    of: 'vision_infer_seconds',
    factor: 1000,
    help: 'The same as vision_infer_seconds, in milliseconds.',
  },
  audio_infer_ms: {
    of: 'audio_infer_seconds',
    factor: 1000,
    help: 'The same as audio_infer_seconds, in milliseconds.',
  },
} as const satisfies Record<string, MetricAlias>;
