"""One cell of a run: planned → making → made | failed | cancelled; frozen once made."""

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from accounts.identity import Identified
from guidelines.models import PairRevision, Version
from synthesis.models.profiles import Profile, SourceText, source_is_erased
from synthesis.models.runs import Run


class InstanceState(models.TextChoices):
    PLANNED = "planned", _("planned")
    MAKING = "making", _("in the making")
    MADE = "made", _("made")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class Origin(models.TextChoices):
    RUN = "run", _("made by a run")
    IMPORT = "import", _("imported")
    EDIT = "edit", _("an edited turn")
    EVALUATION = "evaluation", _("made to evaluate a model")


class Instances(models.QuerySet):
    def made(self):
        return self.filter(state=InstanceState.MADE)

    def claimable(self):
        """Planned, or being made by somebody whose lease has run out; of runs that are open."""
        expired = Q(state=InstanceState.MAKING, lease_until__lt=Now())
        return self.filter(Q(state=InstanceState.PLANNED) | expired, run__state="open")

    def held(self):
        """Those whose latest mark of hold or release holds them."""
        from synthesis.models.marks import Mark, MarkKind  # it needs this module

        kinds = [MarkKind.HELD, MarkKind.RELEASED]
        latest = Mark.objects.filter(instance=OuterRef("pk"), kind__in=kinds).order_by("-pk")
        # Few were ever held: these are looked at, and not every session for its latest mark.
        ever = self.filter(pk__in=Mark.objects.filter(kind=MarkKind.HELD).values("instance"))
        return ever.alias(latest_mark=Subquery(latest.values("kind")[:1])).filter(latest_mark=MarkKind.HELD)

    def erased(self):
        """Made, or to be made, of the text of a real person that was erased. By those texts, which are few."""
        texts = SourceText.objects.erased().values("pk")
        return self.filter(profile__in=Profile.objects.filter(source_text__in=texts).order_by().values("pk"))

    def unerased(self):
        return self.exclude(pk__in=Instance.objects.erased().order_by().values("pk"))

    def listed(self):
        """Without those of previews: the run that is planned after one has its own session of the same cell."""
        return self.exclude(run__in=Run.objects.previews().values("pk"))

    def alive(self):
        """Made, or still to be."""
        return self.exclude(state__in=[InstanceState.FAILED, InstanceState.CANCELLED])

    def stale(self, touched):
        """Made, or still to be made, by the text of a pair that has changed its meaning or was dropped since
        (guidelines.touching); what failed or was cancelled says nothing that could be out of date.
        """
        return self.listed().alive().intending(touched.revisions())

    def intending(self, revisions):
        """Meant to show one of these texts of pairs, alone or beside others."""
        return self.filter(_intends(revisions))

    def not_intending(self, revisions):
        """Meant to show none of them."""
        return self.exclude(_intends(revisions))

    def replacing(self):
        """Planned by a run for a stale session, which each names as its parent; unless it was given up."""
        return self.filter(parent__isnull=False, origin=Origin.RUN).exclude(state=InstanceState.CANCELLED)

    def replaced(self):
        return self.filter(Exists(Instance.objects.replacing().filter(parent=OuterRef("pk"))))

    def unreplaced(self):
        return self.filter(~Exists(Instance.objects.replacing().filter(parent=OuterRef("pk"))))


def _intends(revisions) -> Q:
    # Two questions that each find their rows in an index, rather than a join that reads every session.
    also = Intended.objects.filter(pair_revision__in=revisions)
    return Q(pair_revision__in=revisions) | Q(pk__in=also.values("instance"))


class Instance(Identified):
    freezing = Freezing(
        update=f"OLD.state = 'made' AND ({another_column_changes('content')} "
        f"OR NOT {source_is_erased('OLD.profile_id')})",
        delete="OLD.state IN ('made', 'failed')",
    )

    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="instances")
    origin = models.CharField(max_length=10, choices=Origin, default=Origin.RUN)
    # What it came from: the session of which a turn was edited, or the stale one that it is made again for.
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    recipe = models.SlugField(max_length=60)
    # None where the recipe plays no mistakes of a guideline.
    version = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    # The intended mistake, of several the first: a prompt, never a gold label. None where none is intended. The
    # others stand in Intended.
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, null=True, related_name="+")
    profile = models.ForeignKey(Profile, models.PROTECT, null=True, related_name="+")
    factors = models.JSONField(default=dict, blank=True)
    sample = models.PositiveIntegerField(default=0)
    # SHA-256 of the cell's identity (invariant 7): equal cells of two runs share stored replies.
    cell = models.CharField(max_length=64)
    # The cell that it shares the draws of chance with, where that is another: the one that slips, in a comparison of
    # counsellors (synthesis.comparing_arms).
    lot = models.CharField(max_length=64, blank=True, default="")
    # SHA-256 of all that the session depends on and of nothing else (identity.depends_digest); empty: not known.
    depends = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=InstanceState, default=InstanceState.PLANNED)
    lease_by = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    # Why it failed, in words a lead understands; kept when it is planned again.
    failure = models.CharField(max_length=500, blank=True)
    # The instance itself, by its recipe's shape (synthesis.shapes), and the keys of the calls it came from.
    content = models.JSONField(null=True)
    trace = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True)
    planned_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True)

    objects = Instances.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # The cell first: what was asked for it under other runs is found by it.
            models.UniqueConstraint(name="a_run_plans_a_cell_once", fields=["cell", "run"]),
            models.CheckConstraint(
                name="made_has_content",
                condition=Q(state="made", content__isnull=False, made_at__isnull=False) & ~Q(digest="")
                | ~Q(state="made") & Q(content=None, made_at=None),
            ),
            models.CheckConstraint(
                name="making_has_a_lease",
                condition=Q(state="making", lease_until__isnull=False) & ~Q(lease_by="") | ~Q(state="making"),
            ),
            models.CheckConstraint(
                name="what_is_intended_is_of_a_version",
                condition=Q(pair_revision=None) | Q(version__isnull=False),
            ),
            models.CheckConstraint(
                name="an_edit_names_its_parent",
                condition=~Q(origin="edit") | Q(parent__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="claimable", fields=["run", "state", "lease_until"]),
            # What was made from each pair is counted without reading the sessions, whose words fill whole pages; by the
            # run it is told whether it was a preview.
            models.Index(name="made_from_a_pair", fields=["pair_revision", "state", "run"]),
            # How many sessions a minute: the newest ones of a run, however many it has.
            models.Index(name="made_when", fields=["run", "made_at"]),
            # A page of a run's sessions in an order that says nothing of the grid.
            models.Index(name="listed_by_public_id", fields=["run", "public_id"]),
            # And of those in one state, of which there may be few among many.
            models.Index(name="listed_by_state", fields=["run", "state", "public_id"]),
            models.Index(name="what_it_depends_on", fields=["depends"]),
            # The same place of another run's grid.
            models.Index(name="place_in_the_grid", fields=["run", "profile", "pair_revision", "sample"]),
        ]

    def natural_key_parts(self):
        return (self.run.serial if self.run else self.origin, self.cell)

    def intended(self) -> list[PairRevision]:
        """What it is meant to show, in order; no query where that is one mistake, or none."""
        if self.pair_revision is None:
            return []
        if self.factors.get("mistakes", "one") == "one":
            return [self.pair_revision]
        others = self.others.select_related("pair_revision__pair").order_by("position")
        return [self.pair_revision, *(one.pair_revision for one in others)]


class Intended(models.Model):
    """A further mistake that a session is meant to show beside `pair_revision`; planned with it and frozen."""

    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        insert="EXISTS (SELECT 1 FROM synthesis_instance WHERE id = NEW.instance_id AND state <> 'planned')",
    )

    instance = models.ForeignKey(
        Instance, models.PROTECT, related_name="others", db_index=False
    )  # the constraint below is its index
    pair_revision = models.ForeignKey(PairRevision, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()  # the instance's own is 1

    class Meta:
        ordering = ["instance", "position"]
        constraints = [
            models.UniqueConstraint(name="intended_in_order", fields=["instance", "position"]),
            models.UniqueConstraint(name="intended_once", fields=["instance", "pair_revision"]),
            models.CheckConstraint(name="the_first_is_the_instances_own", condition=Q(position__gte=2)),
        ]
