"""Excerpts of real sessions: stored with consent and licence, looked through for names, and confirmed by a person.

Their text stands in a table of its own that can be erased (SourceText); a profile refers to it. Until a person has
confirmed one it goes to no model on another machine and to no reader (leaving.py, review/held.py).
"""

import json
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.identity import minter
from accounts.roles import require
from synthesis import deidentifying, trail
from synthesis.access import may_confirm_excerpts
from synthesis.identity import digest, text_digest
from synthesis.models import ExcerptCheck, ExcerptConfirmation, Mark, Profile, ProfileKind, SourceText
from synthesis.models.marks import MarkKind
from synthesis.shapes.excerpts import ExcerptRecord
from synthesis.shapes.profiles import ClientFile
from synthesis.tiers import higher, tier_of_words

MACHINE = "excerpts"
WAITS = "An excerpt of a real session: no person has read and confirmed it yet."


class NotConfirmed(ValueError):
    """The excerpt was not confirmed; the message says why."""


@dataclass
class Stored:
    new: list[Profile] = field(default_factory=list)
    revised: list[Profile] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)


def store(
    records: list[tuple[str, ExcerptRecord]], about: ClientFile, *, may_leave: bool = False, allowed_endpoints: tuple = ()
) -> Stored:  # fmt: skip
    """Store what can be taken; `records` with the place of each, for what is said of those that cannot. Each is looked
    through in its own language first; one in a language that nothing here can look through is refused, and so is one that
    was erased.
    """
    stored, looked = Stored(), []
    for place, record in records:
        try:
            looked.append((place, record, deidentifying.look(record.texts, record.language)))
        except deidentifying.Unsupported as reason:
            stored.refused.append(f"{place}: {reason}")
    bounds = {"may_leave_machine": may_leave, "allowed_endpoints": sorted(set(allowed_endpoints))}
    with transaction.atomic():
        for place, record, found in looked:
            _store(stored, place, record, found, about, bounds)
        if stored.new or stored.revised:
            counts = {"new": len(stored.new), "revised": len(stored.revised), "refused": len(stored.refused)}
            told = {**counts, "licence": about.licence}
            trail.record(verb="store_excerpts", kind=trail.PROFILES, name="excerpts", by=None, after=told)
    return stored


def _store(stored: Stored, place: str, record: ExcerptRecord, found, about: ClientFile, bounds: dict) -> None:
    text = record.text()
    source, is_new = SourceText.objects.get_or_create(digest=text_digest(text), defaults={"text": text})
    if source.erased_at:
        stored.refused.append(
            f"{place}: its text was erased on {source.erased_at:%Y-%m-%d}; it is not stored again"
        )
        return
    if is_new or not source.checks.exists():
        _keep_check(source, record.language, found)
    fields = {
        "key": record.key,
        "kind": ProfileKind.EXCERPT,
        "name": record.key,
        "content": {},
        "base_case": record.base_case or record.key,
        "origin": about.origin,
        "licence": about.licence,
        "consent": about.consent,
        "tier": higher(record.tier, tier_of_words(record.texts)),
        "language": record.language,
        **bounds,
    }
    profile = Profile(**fields, source_text=source, digest=digest([fields, source.digest]))
    before = Profile.objects.current().filter(key=record.key).first()
    if before and before.digest == profile.digest:
        stored.unchanged += 1
        return
    profile.n = before.n + 1 if before else 1
    profile.public_id = minter("synthesis.profile")(*profile.natural_key_parts())
    profile.save()
    if not is_confirmed(profile):
        Mark.objects.create(profile=profile, kind=MarkKind.HELD, by_machine=MACHINE, reason=WAITS)
    (stored.revised if before else stored.new).append(profile)


def content_of(profile: Profile) -> dict:
    """What its recipe is given: of an excerpt its text, of any other profile its fields. Empty where it was erased."""
    if profile.kind != ProfileKind.EXCERPT or profile.source_text is None:
        return profile.content
    return json.loads(profile.source_text.text) if profile.source_text.text else {}


def texts_of(profile: Profile) -> list[str]:
    """Its turns in order, and the reply last, as an ExcerptCheck numbers them."""
    told = content_of(profile)
    reply = [told["reply"]] if told.get("reply") else []
    return [*(one["text"] for one in told.get("utterances", [])), *reply]


def is_confirmed(profile: Profile) -> bool:
    return ExcerptConfirmation.objects.filter(source_text=profile.source_text_id).exists()


def look_again(*, profile: Profile, by) -> ExcerptCheck:
    """With what is installed and configured now. Raises Unsupported, Refused, NotConfirmed of one that was erased."""
    require(may_confirm_excerpts(by))
    _require_text(profile)
    found = deidentifying.look(texts_of(profile), profile.language)
    with transaction.atomic():
        check = _keep_check(profile.source_text, profile.language, found)
        trail.record(
            verb="look_again", kind=trail.PROFILES, name=profile.key, by=by, after={"found": len(check.found)}
        )
    return check


@transaction.atomic
def confirm(*, profile: Profile, check: ExcerptCheck, by) -> ExcerptConfirmation:
    """She has read it and what the check found. Raises NotConfirmed where it was confirmed or erased already, or looked
    through again since she opened it; Refused.
    """
    require(may_confirm_excerpts(by))
    source = SourceText.objects.select_for_update().get(pk=profile.source_text_id)
    profile.source_text = source
    _require_text(profile)
    latest = source.checks.last()
    if latest != check:
        raise NotConfirmed(_("It was looked through again since you opened it: read what was found now."))
    if is_confirmed(profile):
        raise NotConfirmed(_("It is confirmed already."))
    confirmed = ExcerptConfirmation.objects.create(source_text=source, found_by=check, by=by)
    held = Profile.objects.filter(source_text=source, marks__kind=MarkKind.HELD, marks__by_machine=MACHINE)
    Mark.objects.bulk_create(
        Mark(profile=one, kind=MarkKind.RELEASED, by=by, reason="Read and confirmed.")
        for one in held.distinct()
    )
    told = {"found": len(check.found)}
    trail.record(verb="confirm", kind=trail.PROFILES, name=profile.key, by=by, after=told)
    return confirmed


def _require_text(profile: Profile) -> None:
    if profile.source_text is None or not profile.source_text.text:
        raise NotConfirmed(_("The text of this excerpt was erased."))


def _keep_check(source: SourceText, language: str, found: deidentifying.Looked) -> ExcerptCheck:
    return ExcerptCheck.objects.create(
        source_text=source, language=language, tool=found.tool, ran=found.ran, found=found.found
    )
