import type { DetectionFamily } from '../../inference/model-description.ts';
import { detr, rfDetr, rtDetr, rtDetrTransformers, rtDetrUltralytics } from './detr.ts';
import { blazeFace, ultraFace } from './faces.ts';
import type { DetectorFamily } from './family.ts';
import { nanodetG, nanodetPlus } from './nanodet.ts';
import { detectron2, rcnnZoo, tfDetection, torchvision } from './rcnn.ts';
import { yoloEnd2end, yolov5, yolov8, yolox } from './yolo.ts';

/**
 * Every family of detectors. The order counts where a model is recognised: the first that fits it is its family, so what
 * says more about itself stands before what could be many things.
 */
export const detectors: Readonly<Record<DetectionFamily, DetectorFamily>> = {
  'rt-detr-ultralytics': rtDetrUltralytics,
  'rt-detr': rtDetr,
  'rf-detr': rfDetr,
  'tf-detection': tfDetection,
  detr,
  'rt-detr-transformers': rtDetrTransformers,
  detectron2,
  'rcnn-zoo': rcnnZoo,
  torchvision,
  blazeface: blazeFace,
  ultraface: ultraFace,
  'nanodet-g': nanodetG,
  'nanodet-plus': nanodetPlus,
  'yolo-end2end': yoloEnd2end,
  yolov5,
  yolox,
  yolov8,
};
