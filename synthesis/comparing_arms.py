"""The self-play comparison: which sessions differ in nothing but who counsels.

The three arms are the factor `counsellor`: *novice* slips into the mistake, *normal* is the same counsellor without
it, *supervised* slips too, but a supervisor hears each draft before the client does. A session of each arm with the
same client, mistakes, sample, prompts and further factors, under the same models, makes a triple; its sessions are
equally long. What a model says by chance differs: every request has a seed of its own.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import QuerySet

from accounts.digesting import digest
from synthesis.factors import COUNSELLORS
from synthesis.models import Instance, Origin

Triple = dict[str, Instance]  # by arm, in the order of COUNSELLORS


@dataclass
class Compared:
    """`triples` have a made session in every arm. `incomplete`: what lacks one. `again`: further sessions of a cell
    that is in a triple already, such as another run made; the oldest counts.
    """

    triples: list[Triple] = field(default_factory=list)
    incomplete: list[Triple] = field(default_factory=list)
    again: list[Instance] = field(default_factory=list)


def compare(instances: QuerySet) -> Compared:
    """Triples of the made ones among these; one query, whatever their number. Contents are read as the query says."""
    groups: dict[tuple, Triple] = defaultdict(dict)
    found = Compared()
    # One that goes on from an edited turn differs in more than who counsels.
    for one in instances.made().exclude(origin=Origin.EDIT).select_related("run").order_by("pk"):
        arms = groups[_comparable(one)]
        if arms.setdefault(arm(one), one) is not one:
            found.again.append(one)
    for arms in groups.values():
        triple = {name: arms[name] for name in COUNSELLORS if name in arms}
        (found.triples if len(triple) == len(COUNSELLORS) else found.incomplete).append(triple)
    return found


def arm(instance: Instance) -> str:
    return instance.factors.get("counsellor", COUNSELLORS[0])


def _comparable(instance: Instance) -> tuple:
    """Equal for sessions that may be compared: the cell of the arm that slips, the guideline of which every supervisor
    sees the whole, and who plays the roles.
    """
    return (
        instance.lot or instance.cell,
        instance.version_id,
        instance.recipe,
        digest(instance.run.model_specs if instance.run else {}),
    )
