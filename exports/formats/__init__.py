"""The formats: each is a function from a sample to its rows. Five names in a dictionary are the framework."""

from exports.formats import preference, sft, unpaired

FORMATS = {"sft": sft.rows, "preference": preference.rows, "unpaired": unpaired.rows}
