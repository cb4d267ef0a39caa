import type { CameraLookAnswer, CameraLookRequest } from '../contracts/camera-look.ts';
import { inputOf } from './register.ts';

/** Why a camera shows nothing, in words. */
export interface LookRefusal {
  message: string;
  hint: string;
  status: number;
}

/** What Node-RED's editor shows for a password that is stored. */
const storedPassword = '__PWRD__';

let underWay: { abort(): void } | undefined;

/**
 * Asks Node-RED to look at the camera as the open dialog describes it. A newer question takes the place of an older one,
 * which is then never answered.
 */
export function lookAtCamera(
  node: { id: string },
  fresh: boolean,
  answers: { done: (answer: CameraLookAnswer) => void; failed: (refusal: LookRefusal) => void },
): void {
  endLook();
  const password = valueOf('password');
  const question: CameraLookRequest = {
    id: node.id,
    address: valueOf('address'),
    transport: valueOf('transport'),
    username: valueOf('username'),
    ...(password === storedPassword ? {} : { password }),
    fresh,
  };
  const request = $.ajax({
    url: 'echosight/sentinel-camera/look',
    method: 'POST',
    contentType: 'application/json',
    data: JSON.stringify(question),
  });
  underWay = request;
  request.then(
    (answer) => {
      if (underWay === request) answers.done(answer as CameraLookAnswer);
    },
    (failed) => {
      if (underWay === request) answers.failed(refusalIn(failed));
    },
  );
}

/** Nobody waits any more. */
export function endLook(): void {
  const request = underWay;
  underWay = undefined;
  request?.abort();
}

function valueOf(key: string): string {
  const field = inputOf(key, true);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value : '';
}

function refusalIn(failed: unknown): LookRefusal {
  const { status, responseText = '' } = failed as { status: number; responseText?: string };
  try {
    const { detail, hint } = JSON.parse(responseText) as { detail?: string; hint?: string };
    return { status, message: detail ?? '', hint: hint ?? '' };
  } catch {
    return { status, message: '', hint: '' };
  }
}
