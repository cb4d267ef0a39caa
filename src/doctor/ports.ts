import type { NumberAnswer } from '../alerting/channels/whatsapp/client.ts';
import type { RecorderName } from '../contracts/configs.ts';
import type { SentinelError } from '../contracts/errors.ts';
import type { ModelTask } from '../inference/model-description.ts';
import type { FfmpegProgram } from '../media/ffmpeg-program.ts';
import type { CaptureDevice } from '../media/microphone/capture-devices.ts';
import type { SourceContent } from '../media/source-probe.ts';
import type { FolderReport } from '../database/inspection.ts';
import type { CameraSource } from '../site/camera-source.ts';
import type { RunnableStream } from '../streams/stored-stream.ts';
import type { ModelChoice } from '../vision/detection-model.ts';
import type { ChannelNode, DeclaredNode } from './installation.ts';

/** How a data folder does. */
export interface FolderState {
  exists: boolean;
  /** Code of the error that a trial file met, such as EACCES. */
  writeError: string | undefined;
  /** Bytes that an ordinary user may still write. */
  free: number;
  /** Kind of the file system, such as ext4; empty where the system does not tell. */
  kind: string;
}

/** Programs that record, and devices that they record from. */
export interface FoundMicrophones {
  recorders: readonly RecorderName[];
  devices: readonly Pick<CaptureDevice, 'device' | 'label' | 'kind'>[];
}

/** What a data folder keeps of streams. */
export interface FoundStreams {
  /** Those that are to run. */
  streams: readonly RunnableStream[];
  /** What is wrong with the key of their addresses. */
  fault?: string;
}

/** What a camera sends. */
export interface CameraLook extends Pick<SourceContent, 'video' | 'size' | 'audio'> {
  /** Why the picture itself was not looked at. */
  remark?: SentinelError;
}

/** Everything outside of the checks themselves: tests hand in other answers. */
export interface Ports {
  /** Aborted when a check has had its time. */
  signal: AbortSignal;
  /** Nothing on the network may be asked. */
  offline: boolean;
  /** Wall clock, epoch milliseconds. */
  now(): number;
  timeZone: string;
  nodeVersion: string;
  findNodeRed(userDir: string): Promise<string | undefined>;
  /** Memory in bytes. */
  machine(): Promise<{ memory: number; available: number; cores: number; architecture: string }>;
  locateFfmpeg(): Promise<FfmpegProgram>;
  ffmpegVersion(program: FfmpegProgram): Promise<string>;
  catalogModels(): { id: string; task: ModelTask }[];
  /** Loads a model and runs it once on an empty input; asked again, it answers the same. */
  runModel(choice: ModelChoice, task: ModelTask): Promise<{ backend: string; ms: number }>;
  /** Version of an installed runtime; empty where it cannot be told. */
  runtimeVersion(backend: string): Promise<string>;
  findMicrophones(): Promise<FoundMicrophones>;
  lookAtFolder(folder: string): Promise<FolderState>;
  lookAtDatabase(folder: string): Promise<FolderReport>;
  /** Streams that the API added to the site of a data folder. @throws SentinelError ES_DATABASE */
  findStreams(folder: string): Promise<FoundStreams>;
  lookAtCamera(source: CameraSource, transport: 'tcp' | 'udp', signal: AbortSignal): Promise<CameraLook>;
  /** Asks the Graph API about an account's number; asked again, it answers the same. `at` is our clock at the answer. */
  askNumber(account: DeclaredNode<'sentinel-whatsapp-account'>): Promise<NumberAnswer & { at: number }>;
  /** What is wrong with another channel, asked without sending anything; undefined: nothing is. @throws SentinelError ES_BAD_CONFIG */
  askChannel(channel: ChannelNode): Promise<SentinelError | undefined>;
  /** Whether a Node-RED shows its settings to anybody; undefined when none answers. */
  opensWithoutLogin(url: URL): Promise<boolean | undefined>;
  /** Addresses of this machine in its networks. */
  addresses(): string[];
}
