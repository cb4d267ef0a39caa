"""Exports a Detectron2 model to one .onnx file that detectron-infer recognises by itself.

    python detectron2-export.py --config COCO-Detection/faster_rcnn_R_50_FPN_3x.yaml --size 640x480 out.onnx
    python detectron2-export.py --config my-config.yaml --weights model_final.pth --classes fox,hen out.onnx

Needs torch, torchvision, onnx and detectron2. See detectron2.md for what was tried and what was not.
"""

import argparse
import inspect
import os

import onnx
import torch
from detectron2 import model_zoo
from detectron2.checkpoint import DetectionCheckpointer
from detectron2.config import get_cfg
from detectron2.data import MetadataCatalog
from detectron2.export import TracingAdapter
from detectron2.modeling import GeneralizedRCNN, build_model


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", required=True, help="a file, or a name of Detectron2's model zoo")
    parser.add_argument("--weights", help="weights; those of the model zoo when absent")
    parser.add_argument("--size", default="640x480", help="width x height of the input, multiples of 32")
    parser.add_argument("--dynamic", action="store_true", help="an input of any size; not every model survives it")
    parser.add_argument("--classes", help="class names, separated by commas; those of the dataset when absent")
    parser.add_argument("output")
    return parser.parse_args()


def configured(args):
    config = get_cfg()
    if os.path.exists(args.config):
        config.merge_from_file(args.config)
    else:
        config.merge_from_file(model_zoo.get_config_file(args.config))
        config.MODEL.WEIGHTS = model_zoo.get_checkpoint_url(args.config)
    if args.weights:
        config.MODEL.WEIGHTS = args.weights
    config.MODEL.DEVICE = "cpu"
    return config


def class_names(args, config):
    if args.classes:
        return [name.strip() for name in args.classes.split(",")]
    for dataset in (*config.DATASETS.TEST, *config.DATASETS.TRAIN):
        names = MetadataCatalog.get(dataset).get("thing_classes")
        if names:
            return list(names)
    return []


def main():
    args = options()
    config = configured(args)
    model = build_model(config)
    DetectionCheckpointer(model).load(config.MODEL.WEIGHTS)
    model.eval()

    width, height = (int(side) for side in args.size.lower().split("x"))
    # Bytes as floats, blue, green, red: the graph subtracts the mean itself.
    image = torch.randint(0, 256, (3, height, width)).float()

    def infer(network, inputs):
        if isinstance(network, GeneralizedRCNN):
            # Boxes stay in pixels of the input, masks stay small.
            return [{"instances": network.inference(inputs, do_postprocess=False)[0]}]
        return network(inputs)

    adapter = TracingAdapter(model, [{"image": image}], infer)
    with torch.no_grad():
        fields = sorted(infer(model, [{"image": image}])[0]["instances"].get_fields())
    outputs = [*fields, "image_size"]

    free = {"image": {1: "height", 2: "width"}} if args.dynamic else {}
    for field in fields:
        free[field] = {0: "objects"}
    # Where there is a newer exporter, the old one is asked for: Detectron2 is made for tracing.
    tracing = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
    torch.onnx.export(
        adapter,
        (image,),
        args.output,
        input_names=["image"],
        output_names=outputs,
        dynamic_axes=free,
        opset_version=16,
        **tracing,
    )

    written = onnx.load(args.output)
    names = class_names(args, config)
    onnx.helper.set_model_props(written, {"names": str(dict(enumerate(names)))} if names else {})
    onnx.save(written, args.output)
    print(f"{args.output}: outputs {', '.join(outputs)}; {len(names)} classes")


if __name__ == "__main__":
    main()
