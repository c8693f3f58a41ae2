"""What a person's file would do to a draft: shown to her, and put into the draft exactly as shown."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from guidelines.models.guideline import Guideline

KEPT = timedelta(days=1)


class ImportPreviews(models.QuerySet):
    def fresh(self):
        return self.filter(made_at__gt=timezone.now() - KEPT)

    def expired(self):
        return self.exclude(made_at__gt=timezone.now() - KEPT)


class ImportPreview(models.Model):
    """Scratch: one uploaded file, read and compared; gone after a day, or when it is in the draft.

    `rows` are the file's entries in its order: {key, name, state, line, texts, base, by, problems}; `texts` and
    `base` (the revision they were compared with, or none) only where the state is new or changed. The first one
    also says how the file was read (`read_as`), where that is not a matter of course.
    """

    token = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    guideline = models.ForeignKey(Guideline, models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    file = models.CharField(max_length=200)
    rows = models.JSONField()
    # Entries of the draft that the file does not hold, and fields of the head in which it differs.
    stay = models.PositiveIntegerField()
    head = models.JSONField(default=list)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ImportPreviews.as_manager()

    def __str__(self):
        return self.file

    @property
    def read_as(self) -> str:
        return self.rows[0].get("read_as", "")
