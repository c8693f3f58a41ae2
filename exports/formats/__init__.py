"""The formats: each is a function from a sample to its rows. These dictionaries are the framework."""

from exports.formats import preference, sft, turn_preference, unpaired

# Of what was judged of a session; and of turns that experts edited.
OF_FEEDBACK = {"sft": sft.rows, "preference": preference.rows, "unpaired": unpaired.rows}
OF_TURNS = {"turn_preference": turn_preference.rows}
FORMATS = OF_FEEDBACK | OF_TURNS
