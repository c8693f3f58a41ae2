"""What a translation was made from: its authors since the last approved words."""

from guidelines.models import Translation, TranslationState


def authors(translation: Translation) -> set[int]:
    """Everybody who wrote words that are new in it: along the texts it was built on, until an approved one, and
    whoever wrote the very same words before. Two queries.
    """
    field = "pair_revision" if translation.pair_revision_id else "dimension_revision"
    identity = f"{field}__{field.removesuffix('_revision')}"
    value = Translation.objects.filter(pk=translation.pk).values(identity)
    family = Translation.objects.filter(language=translation.language, **{f"{identity}__in": value})
    rows = {pk: rest for pk, *rest in family.values_list("pk", "base_id", "author_id", "digest")}
    alike: dict[str, list[int]] = {}
    for pk, (_base, _author, digest) in rows.items():
        alike.setdefault(digest, []).append(pk)
    over = set(family.filter(steps__state=TranslationState.APPROVED).values_list("pk", flat=True))
    waiting, found = [translation.pk], set()
    while waiting:
        at = waiting.pop()
        if at in rows and at not in over:
            over.add(at)
            base, author, digest = rows[at]
            found.add(author)
            waiting += [base, *alike[digest]]
    return found - {None}
