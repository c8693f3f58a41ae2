"""The formats: each is a function from a sample to its rows. These dictionaries are the framework: of a draft that was
judged, of a turn that an expert edited, of what was rated, and of two replies of which one is better.
"""

from exports.formats import preference, rating, reply, sft, turn_preference, unpaired

OF_FEEDBACK = {
    "sft": sft.rows,
    "preference": preference.rows,
    "unpaired": unpaired.rows,
    "reply": reply.of_rewriting,
}
OF_TURNS = {"turn_preference": turn_preference.rows}
OF_RATED = {"rating": rating.rows, "reply": reply.rows}
OF_PAIRS = {"preference": preference.of_pair}
FORMATS = ("sft", "preference", "turn_preference", "unpaired", "reply", "rating")
