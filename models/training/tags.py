"""The AudioSet classes that the student tells apart, and what our events are made of (scores 0..1 of one window)."""
import csv
from pathlib import Path

import numpy as np

EVENTS = ["glass_break", "gunshot", "scream", "forced_entry", "other"]
# Of a window that has none of them for sure.
NONE = -1
# Where the head that learnt our labels helps beside the names; screams and blows of other sources are ranked better without it.
HEADED = ["glass_break", "gunshot"]

TAGS = [
    "Speech", "Shout", "Bellow", "Yell", "Children shouting", "Screaming", "Laughter", "Crying, sobbing", "Baby cry, infant cry",
    "Whimper", "Wail, moan", "Singing", "Groan", "Cough", "Sneeze", "Walk, footsteps", "Hands", "Clapping", "Crowd", "Dog", "Bark", "Cat",
    "Animal", "Bird", "Music", "Wind", "Thunder", "Rain", "Fire", "Vehicle", "Helicopter", "Chainsaw", "Car alarm", "Siren", "Alarm",
    "Smoke detector, smoke alarm", "Door", "Doorbell", "Slam", "Knock", "Tap", "Squeak", "Dishes, pots, and pans", "Typing", "Tools",
    "Hammer", "Drill", "Explosion", "Gunshot, gunfire", "Machine gun", "Fusillade", "Artillery fire", "Cap gun", "Fireworks",
    "Firecracker", "Burst, pop", "Boom", "Wood", "Chop", "Splinter", "Crack", "Glass", "Chink, clink", "Shatter", "Thump, thud", "Bang",
    "Slap, smack", "Whack, thwack", "Smash, crash", "Breaking", "Crushing", "Clatter", "Silence", "Inside, small room", "Noise",
]


# How much a fault costs in a class that ships (1 where not named): what our events hang on more, and screams most, which are
# the rarest; then what screams are taken for.
COSTS = {
    **dict.fromkeys(["Gunshot, gunfire", "Machine gun", "Fusillade", "Glass", "Chink, clink", "Shatter", "Breaking", "Smash, crash"], 3.0),
    **dict.fromkeys(["Screaming", "Shout", "Yell"], 6.0),
    **dict.fromkeys(["Crying, sobbing", "Groan", "Baby cry, infant cry", "Wail, moan"], 2.0),
}


def places(classes: Path) -> dict[str, int]:
    """Place of every class of the teacher, by its name; `classes`: its published list."""
    with open(classes, newline="") as file:
        return {row["display_name"]: int(row["index"]) for row in csv.DictReader(file)}


def mapped(score, most=np.maximum.reduce) -> dict[str, np.ndarray]:
    """
    `score`: the values [n] of a class by its name -> those of our events: the published classes, weighed by hand. `most`: the
    largest of several, for what is not an array of NumPy.
    """
    return {
        "glass_break": 0.5 * score("Shatter") + 0.3 * score("Glass") + 0.2 * score("Breaking"),
        "gunshot": most([score("Gunshot, gunfire"), score("Machine gun"), score("Fusillade")]),
        "scream": (score("Screaming") + 0.3 * score("Shout") + 0.3 * score("Yell")) / 1.6,
        "forced_entry": most([
            0.7 * score("Wood"), score("Crack"), 0.8 * score("Smash, crash"), 0.8 * (score("Breaking") - score("Glass")).clip(0),
            0.8 * score("Slam"), 0.6 * score("Door"), 0.6 * score("Thump, thud"), 0.6 * score("Bang"), score("Splinter"),
        ]),
    }
