from django.db import models

from guidelines import searching


class SaidField(models.TextField):
    """What a revision says, to be searched. It follows from the texts and the key, so every way of writing a row,
    one or thousands at once, fills it.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs | {"editable": False, "default": ""})

    def pre_save(self, revision, add):
        if add:
            setattr(revision, self.attname, searching.said(revision.entry_of.key, revision.texts))
        return getattr(revision, self.attname)
