"""The formats: each is a function from a sample to its rows. This dictionary is the framework."""

from exports.formats import preference, sft, unpaired

FORMATS = {"sft": sft.rows, "preference": preference.rows, "unpaired": unpaired.rows}
