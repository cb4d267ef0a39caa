/** What the node files use: the whole engine as one bundle, loaded once per process. */
export { mailPeople } from './alerting/channels/email/account.ts';
export { email } from './alerting/channels/email/channel.ts';
export { smsPeople } from './alerting/channels/sms/account.ts';
export { sms } from './alerting/channels/sms/channel.ts';
export { webhook } from './alerting/channels/webhook/channel.ts';
export { whatsAppPeople } from './alerting/channels/whatsapp/account.ts';
export { whatsApp } from './alerting/channels/whatsapp/channel.ts';
export { DryRun } from './alerting/dry-run.ts';
export { checkTemplate } from './alerting/text-template.ts';
export { decisionOf } from './audio/decision/settings.ts';
export { HalfHops } from './audio/intake/half-hops.ts';
export { RawIntake } from './audio/intake/raw-intake.ts';
export { SoundAnalysis, type SoundVerdict } from './audio/sound-analysis.ts';
export { main as runCommandLine } from './cli/main.ts';
export { SiteClock } from './clock/site-clock.ts';
export { readArmingCommand } from './contracts/arming-commands.ts';
export {
  isCommand,
  readCameraCommand,
  readSoundCommand,
  readStateCommand,
  sourceOfCommand,
} from './contracts/commands.ts';
export { readTrainingAsk, type TrainingAsk } from './contracts/training-commands.ts';
export { asSentinelError, SentinelError } from './contracts/errors.ts';
export {
  assertKind,
  isAudioMessage,
  isFrameMessage,
  isSamples,
  kindOf,
  rawSoundIn,
  readReview,
  topicOf,
} from './contracts/guards.ts';
export type {
  AudioScores,
  AudioWindow,
  Detections,
  Frame,
  Incident,
  Media,
  Payload,
  SoundFault,
  StreamStatusName,
  TrainedHeads,
} from './contracts/messages.ts';
export type { EvidenceStore, IncidentMedia, Recorded } from './evidence/evidence-store.ts';
export { IncidentDesk } from './fusion/incident-desk.ts';
export { SignalJournal } from './fusion/recording/journal.ts';
export { captureDevices } from './media/microphone/capture-devices.ts';
export { levelSeconds } from './media/microphone/level-meter.ts';
export { Microphone } from './media/microphone/microphone.ts';
export { SoundChecks } from './media/microphone/sound-checks.ts';
export { soundWindow } from './pcm/sound-window.ts';
export { alertNode } from './red/alert-node.ts';
export { defineNode, type NodeHandlers } from './red/define-node.ts';
export { modelsFor } from './inference/catalog.ts';
export { choiceIn } from './red/model-try.ts';
export type { NodeContext } from './red/node-context.ts';
export { streamLooks } from './red/stream-looks.ts';
export { emailAccount, smsAccount, webhookAccount } from './site/alert-accounts.ts';
export { acquireAlerts } from './site/account-alerts.ts';
export { acquireInbox } from './site/account-inbox.ts';
export { CameraWatch, type CameraState, type MediaAnswer } from './site/camera-watch.ts';
export { StoreWatch, type StoreState } from './site/store-watch.ts';
export { armingMessage, armingStatus } from './site/arming-message.ts';
export { calibrationAnswers } from './site/calibration-answers.ts';
export { downloadAnswers } from './site/model-downloads.ts';
export { NodePoses } from './site/node-poses.ts';
export { summaryOf } from './site/model-tries.ts';
export { forgetListening, listeningNow, resetListening } from './site/microphone-list.ts';
export { LastingWords } from './site/lasting-words.ts';
export { newCalibrations } from './site/new-calibrations.ts';
export { welcomeLatecomer } from './site/registry.ts';
export { nodePreview } from './site/node-preview.ts';
export { SourceControl } from './site/source-control.ts';
export { offerRecording } from './site/rule-trials.ts';
export { offerTraining, trainedNow, trainingAnswers } from './site/training-answers.ts';
export { TrainingReports } from './site/training-reports.ts';
export { whatsAppAccount } from './site/whatsapp-account.ts';
export { prepareRenderer, snapshotRenderer } from './vision/annotate.ts';
export { FrameAnalysis } from './vision/frame-analysis.ts';
export { labelFilter } from './vision/label-filter.ts';
export { readPicture } from './vision/picture.ts';
export { poseModels } from './vision/pose/pose-model.ts';
export { Previews } from './vision/preview/previews.ts';
