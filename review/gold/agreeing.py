"""Known answers are proposed by one expert and stood by by three; then they are used, until they are retired."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import roles
from accounts.digesting import digest
from accounts.numbering import next_serial
from guidelines import briefing
from guidelines.models import Kind, Version, VersionState
from review import judged, trail
from review.gold import access
from review.gold.answers import BadAnswers, check
from review.label_studio.screens.build import level_alias
from review.models import Endorsement, Gold, Item, Look, Retirement
from review.reasons import why_not
from review.workflow.storing import OTHER
from synthesis.models import Instance, InstanceState

# The one whose draft is accepted, edited or rejected.
SCREEN = "supervised_dialogue"


@transaction.atomic
def propose_gold(
    *, instance: Instance, pairs_version: Version, rubric_version: Version, answers: dict, by, made_from: Item | None = None
) -> Gold:  # fmt: skip
    """Write known answers to a session; the author stands by them, two others are to. Raises Refused, BadAnswers."""
    roles.require(access.may_make_from(by, made_from) if made_from else access.may_use(by, instance))
    if made_from and made_from.instance_id != instance.pk:
        raise BadAnswers(_("These answers are of another session."))
    if instance.state != InstanceState.MADE or instance.recipe != SCREEN:
        raise BadAnswers(_("Only a session that was made, with feedback to accept, can have known answers."))
    for version, kind in ((pairs_version, Kind.PAIRS), (rubric_version, Kind.RUBRIC)):
        if version.guideline.kind != kind or version.state != VersionState.PUBLISHED:
            raise BadAnswers(_("%s is not published, or of another kind.") % version)
    check(answers, **offered(instance, pairs_version, rubric_version))
    gold = Gold.objects.create(
        serial=next_serial(Gold),
        instance=instance,
        pairs_version=pairs_version,
        rubric_version=rubric_version,
        answers=answers,
        digest=digest([answers, str(instance.public_id), str(pairs_version), str(rubric_version)]),
        made_from=made_from,
        by=by,
    )
    Endorsement.objects.create(gold=gold, by=by, digest=gold.digest)
    _note("propose_gold", gold, by, pairs_version=str(pairs_version), rubric_version=str(rubric_version))
    return gold


def offered(instance: Instance, pairs_version: Version, rubric_version: Version) -> dict:
    """What the answers to a session are chosen from: {"mistakes", "levels", "turns"}."""
    dimensions = briefing.dimensions(rubric_version)
    return {
        "mistakes": {OTHER, *(choice["key"] for choice in briefing.choices(pairs_version))},
        "levels": {d["key"]: {level_alias(level["value"]) for level in d["levels"]} for d in dimensions},
        "turns": {turn + 1 for turn in judged.counsellor_turns(instance)},
    }


@transaction.atomic
def endorse_gold(*, gold: Gold, by, digest: str) -> Endorsement:
    """Stand by these answers. `digest`: of those that were read. Raises Refused."""
    gold = Gold.objects.select_for_update().get(pk=gold.pk)
    roles.require(access.may_endorse(by, gold))
    if digest != gold.digest:
        raise roles.Refused(_("These are not the answers that you read; look at them again."))
    endorsement = Endorsement.objects.create(gold=gold, by=by, digest=digest)
    _note("endorse_gold", gold, by)
    return endorsement


@transaction.atomic
def look_at_gold(*, gold: Gold, by) -> None:
    """A reviewer asks to see the answers; they are no test for her any more. Raises Refused."""
    # Rounds draw under the same lock: either she is given the session first and refused here, or it is hers no more.
    gold = Gold.objects.select_for_update().get(pk=gold.pk)
    roles.require(access.may_look(by, gold))
    _look, new = Look.objects.get_or_create(gold=gold, by=by)
    if new:
        _note("look_at_gold", gold, by)


@transaction.atomic
def retire_gold(*, gold: Gold, by, reason: str) -> Retirement:
    """Use these answers no more; what was judged by them stays as it is. Raises Refused, BadAnswers."""
    gold = Gold.objects.select_for_update().get(pk=gold.pk)
    roles.require(access.may_retire(by, gold))
    if not reason.strip():
        raise BadAnswers(_("Say why they are retired."))
    if why := why_not(reason):
        raise BadAnswers(why)
    retirement = Retirement.objects.create(gold=gold, by=by, reason=reason.strip())
    _note("retire_gold", gold, by)
    return retirement


def _note(verb: str, gold: Gold, by, **told) -> None:
    trail.record_gold(verb=verb, gold=gold, by=by, after=told)
