/** The 80 classes of COCO in their usual order, which leaves out the numbers that were never used. */
export const coco80: readonly string[] =
  'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'.split(
    ',',
  );

/** Numbers between 1 and 90 that no class of COCO has. */
const unused: ReadonlySet<number> = new Set([12, 26, 29, 30, 45, 66, 68, 69, 71, 83]);
const numbers = Array.from({ length: 90 }, (_, index) => index + 1);
const used = numbers.filter((number) => !unused.has(number));

/** What stands at COCO's own numbers 1 to 90. */
export const coco90: readonly string[] = numbers.map((number) => coco80[used.indexOf(number)] ?? `unused ${number}`);
