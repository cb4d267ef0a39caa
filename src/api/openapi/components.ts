import type { TSchema } from 'typebox';
import * as api from '../../contracts/api.ts';
import { SiteArming, SiteArmingRequest } from '../../contracts/arming.ts';
import { CameraSummary, LivePreview } from '../../contracts/cameras.ts';
import { HealthReport, SiteHealth } from '../../contracts/health.ts';
import { MicrophoneSummary } from '../../contracts/listening.ts';
import { EventMessage } from '../../contracts/older-clients.ts';
import { Prediction } from '../../contracts/prediction.ts';
import { NodeSettings } from '../../contracts/node-settings.ts';
import { EvidenceFindings, SiteRetention, SiteVerification } from '../../contracts/site-care.ts';
import { RuleNode, RuleSummary } from '../../contracts/rule-list.ts';
import { Stream, StreamSettings } from '../../contracts/streams.ts';
import { TrainingResults, TrainingSession, TrainingStatus } from '../../contracts/training.ts';

/** Schemas that have a name of their own in the document; all others stand where they are used. */
export const components: Readonly<Record<string, TSchema>> = {
  Problem: api.ApiProblem,
  IncidentPage: api.IncidentPage,
  Incident: api.IncidentSummary,
  IncidentReview: api.IncidentReview,
  IncidentSignal: api.SummarySignal,
  IncidentEvidence: api.SummaryEvidence,
  ReviewRequest: api.ReviewRequest,
  ReviewRecord: api.ReviewRecord,
  LiveTicket: api.LiveTicket,
  LiveHello: api.LiveHello,
  LiveIncident: api.LiveIncident,
  LiveArming: api.LiveArming,
  LiveStream: api.LiveStream,
  EventMessage,
  SiteArming,
  SiteArmingRequest,
  NodeSettings,
  EvidenceFindings,
  SiteVerification,
  SiteRetention,
  RuleNode,
  RuleSummary,
  Camera: CameraSummary,
  LivePreview,
  Microphone: MicrophoneSummary,
  Stream,
  StreamSettings,
  HealthReport,
  SiteHealth,
  Prediction,
  TrainingStatus,
  TrainingSession,
  TrainingResults,
};
