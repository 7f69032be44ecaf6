/** The camera of this device, or the reason why there is none. */
import { LONGEST_PX } from './raster';

export type CameraReason =
  'camera.insecure' | 'camera.none' | 'camera.denied' | 'camera.busy' | 'camera.failed';

const REASONS: Readonly<Record<string, CameraReason>> = {
  NotAllowedError: 'camera.denied',
  SecurityError: 'camera.denied',
  NotFoundError: 'camera.none',
  OverconstrainedError: 'camera.none',
  NotReadableError: 'camera.busy',
  AbortError: 'camera.busy',
};

export function cameraReason(error: unknown): CameraReason {
  return (error instanceof Error && REASONS[error.name]) || 'camera.failed';
}

/** A running camera, or why it does not run; browsers show cameras to secure addresses only. */
export async function openCamera(): Promise<MediaStream | CameraReason> {
  if (!window.isSecureContext || !('mediaDevices' in navigator)) return 'camera.insecure';
  const video = { facingMode: 'environment', width: { ideal: LONGEST_PX } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video, audio: false });
  } catch (error) {
    return cameraReason(error);
  }
}

export function stopCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** Draws the middle square of what the camera shows now. */
export function drawFrame(canvas: HTMLCanvasElement, video: HTMLVideoElement): void {
  const { videoWidth, videoHeight } = video;
  const side = Math.min(videoWidth, videoHeight);
  const x = (videoWidth - side) / 2;
  const y = (videoHeight - side) / 2;
  canvas.width = canvas.height = Math.min(side, LONGEST_PX);
  const ctx = canvas.getContext('2d');
  ctx?.drawImage(video, x, y, side, side, 0, 0, canvas.width, canvas.height);
}
