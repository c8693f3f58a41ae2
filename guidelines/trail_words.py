"""The events of a guideline in words, with what changed in each text."""

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import TrailEvent
from accounts.trail_reading import Row
from guidelines.comparing import FieldChange, as_text
from guidelines.kinds import shape_of
from guidelines.models import Guideline, Meaning

WORDS = {
    "guidelines.open_draft": gettext_lazy("Started a draft"),
    "guidelines.submit": gettext_lazy("Asked for approval of the draft"),
    "guidelines.send_back": gettext_lazy("Took the draft back to writing"),
    "guidelines.discard": gettext_lazy("Discarded the draft"),
    "guidelines.approve": gettext_lazy("Approved the draft as it stood"),
    "guidelines.publish": gettext_lazy("Published version %(number)s"),
    "guidelines.retire": gettext_lazy("Retired version %(number)s"),
    "guidelines.save_pair": gettext_lazy("Wrote “%(entry)s”"),
    "guidelines.save_dimension": gettext_lazy("Wrote “%(entry)s”"),
    "guidelines.restore": gettext_lazy("Put an earlier text of “%(entry)s” back"),
    "guidelines.drop_entry": gettext_lazy("Took “%(entry)s” out of the draft"),
    "guidelines.retire_entry": gettext_lazy("Took “%(entry)s” out of the draft, as was proposed"),
    "guidelines.reorder": gettext_lazy("Changed the order"),
    "guidelines.import_version": gettext_lazy("Imported a file"),
    "guidelines.apply_file": gettext_lazy("Took a file into the draft"),
    "guidelines.take_proposal": gettext_lazy("Took proposal %(proposal)s into the draft"),
    "guidelines.import_entry": gettext_lazy("Imported “%(entry)s”"),
    "guidelines.save_translation": gettext_lazy("Translated “%(entry)s” (%(language)s)"),
    "guidelines.submit_translation": gettext_lazy("Asked for approval of “%(entry)s” (%(language)s)"),
    "guidelines.send_back_translation": gettext_lazy("Took “%(entry)s” (%(language)s) back to writing"),
    "guidelines.approve_translation": gettext_lazy("Approved the translation of “%(entry)s” (%(language)s)"),
    "guidelines.import_translations": gettext_lazy("Took a file of translations (%(language)s)"),
    "guidelines.import_translation": gettext_lazy("Imported a translation of “%(entry)s” (%(language)s)"),
    "guidelines.snapshot": gettext_lazy("The trail begins: the guideline was noted as it stood"),
    "guidelines.snapshot_entry": gettext_lazy("“%(entry)s”, as it stood when the trail began"),
}
VERBS = {
    "guidelines.open_draft": gettext_lazy("start a draft"),
    "guidelines.save_pair": gettext_lazy("write a pair"),
    "guidelines.save_dimension": gettext_lazy("write a dimension"),
    "guidelines.restore": gettext_lazy("put an earlier text back"),
    "guidelines.drop_entry": gettext_lazy("take out of the draft"),
    "guidelines.retire_entry": gettext_lazy("take out of the draft, as was proposed"),
    "guidelines.reorder": gettext_lazy("change the order"),
    "guidelines.submit": gettext_lazy("ask for approval"),
    "guidelines.send_back": gettext_lazy("take back to writing"),
    "guidelines.approve": gettext_lazy("approve"),
    "guidelines.publish": gettext_lazy("publish"),
    "guidelines.retire": gettext_lazy("retire"),
    "guidelines.discard": gettext_lazy("discard"),
    "guidelines.import_version": gettext_lazy("import"),
    "guidelines.apply_file": gettext_lazy("take a file into the draft"),
    "guidelines.take_proposal": gettext_lazy("take a proposal into the draft"),
    "guidelines.save_translation": gettext_lazy("translate"),
    "guidelines.submit_translation": gettext_lazy("ask for approval of a translation"),
    "guidelines.send_back_translation": gettext_lazy("take a translation back to writing"),
    "guidelines.approve_translation": gettext_lazy("approve a translation"),
    "guidelines.import_translations": gettext_lazy("take a file of translations"),
}
MOST_MOVES = 20


def rows(guideline: Guideline, found: list[TrailEvent]) -> list[Row]:
    """One query, for the names of the entries."""
    keys = {event.part for event in found} | {key for event in found for key in _moved(event)}
    names = _names(guideline, keys - {""})
    return [_row(guideline, event, names) for event in found]


def _moved(event: TrailEvent) -> list[str]:
    return list(event.after["places"])[:MOST_MOVES] if event.verb == "guidelines.reorder" else []


def _names(guideline: Guideline, keys: set[str]) -> dict[str, str]:
    """What the entries are called now."""
    shape = shape_of(guideline)
    at = {f"{shape.identity_field}__guideline": guideline, f"{shape.identity_field}__key__in": keys}
    revisions = shape.revision.objects.filter(**at).order_by("n")
    return dict(revisions.values_list(f"{shape.identity_field}__key", "name"))


def _row(guideline: Guideline, event: TrailEvent, names: dict[str, str]) -> Row:
    said = {"entry": names.get(event.part, event.part)} | {
        name: event.after.get(name) for name in ("number", "proposal", "language")
    }
    what = str(WORDS.get(event.verb, event.verb)) % said
    return Row(event, what, list(_lines(event, names)), _fields(guideline, event))


def _lines(event: TrailEvent, names: dict[str, str]):
    before, after = event.before, event.after
    if reason := after.get("reason"):
        yield reason
    if event.verb == "guidelines.publish":
        yield str(dict(Meaning.choices).get(after["meaning"], after["meaning"])).capitalize()
        yield after["note"]
    if "entries" in after:
        number = after.get("number")
        yield (_("Into version %d") % number) if number else _("Into a draft")
        n = len(after["entries"])
        yield ngettext("%d entry", "%d entries", n) % n
    moved = _moved(event)
    for key in moved:
        places = {"before": before["places"][key], "after": after["places"][key]}
        yield _("“%(entry)s”: from place %(before)s to %(after)s") % {"entry": names.get(key, key), **places}
    if moved and (more := len(after["places"]) - len(moved)):
        yield _("and %d more") % more


def _fields(guideline: Guideline, event: TrailEvent) -> list[FieldChange]:
    """The texts that changed, and what the guideline says of itself, each before and after."""
    found = []
    for part, model in (("texts", shape_of(guideline).revision), ("head", Guideline)):
        before, after = event.before.get(part, {}), event.after.get(part, {})
        for name, value in after.items():
            if before.get(name) != value and (value or name in before):
                was = as_text(before[name]) if name in before else ""
                found.append(FieldChange(name, _label(model, name), was, as_text(value)))
    return found


def _label(model, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name
