"""Items and readings: what is judged, and one putting of it before one rater."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import APPEND_ONLY, Freezing, another_column_changes
from accounts.identity import Identified
from review.models.gold import Gold, not_agreed
from review.models.rounds import Round, RoundState, Seat
from synthesis.models import Instance
from synthesis.models.profiles import source_is_erased


class Arm(models.TextChoices):
    AIDED = "aided", _("with the draft")
    UNAIDED = "unaided", _("without the draft")
    # Of what has no draft to be accepted.
    RATED = "rated", _("to be rated")
    PAIR = "pair", _("two side by side")
    # Rated first, and then a rewriting of it is accepted, edited or rejected.
    REVISED = "revised", _("to be rated, with a rewriting")


class Items(models.QuerySet):
    def counted(self):
        """But for those with known answers, which measure their readers: nothing is settled of them."""
        return self.filter(gold=None)

    def erased(self):
        """Made of a text that was erased: nobody reads or settles them any more."""
        return self.filter(instance__in=Instance.objects.erased().order_by().values("pk"))

    def unerased(self):
        return self.exclude(pk__in=Item.objects.erased().order_by().values("pk"))

    def disputed(self):
        return self.unerased().filter(standings__state="disputed").distinct()

    def settled(self):
        """Items of which every aspect that their round asks for is settled."""
        return (
            self.filter(standings__isnull=False).exclude(standings__state__in=["open", "disputed"]).distinct()
        )

    def judged_anew(self):
        """Of which a later item that names it is settled, in a closed round: that one stands then. What is still judged
        again, or was never settled, moves nothing.
        """
        later = Item.objects.settled().filter(supersedes=OuterRef("pk"), round__state=RoundState.CLOSED)
        return self.filter(Exists(later))

    def unsettled(self):
        unsettled = Q(standings__isnull=True) | Q(standings__state__in=["open", "disputed"])
        return self.counted().unerased().filter(unsettled).distinct()


class Item(Identified):
    """Exactly one instance in a round. A later reading of the same instance is a new item that names this."""

    # Known answers are used when three stand by them; in a training round there is nothing else.
    freezing = Freezing(
        update="TRUE",
        delete="TRUE",
        insert=f"(NEW.gold_id IS NOT NULL AND {not_agreed('NEW.gold_id')}) OR (NEW.gold_id IS NULL AND EXISTS "
        "(SELECT 1 FROM review_round r WHERE r.id = NEW.round_id AND r.purpose = 'training'))",
    )

    round = models.ForeignKey(Round, models.PROTECT, related_name="items")
    instance = models.ForeignKey(Instance, models.PROTECT, related_name="+")
    arm = models.CharField(max_length=8, choices=Arm)
    position = models.PositiveIntegerField()
    inclusion_probability = models.FloatField(default=1.0)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by")
    # Where its answers are known; who reads it is not told.
    gold = models.ForeignKey(Gold, models.PROTECT, null=True, related_name="items")
    at = models.DateTimeField(auto_now_add=True)

    objects = Items.as_manager()

    class Meta:
        ordering = ["round", "position"]
        constraints = [
            models.UniqueConstraint(name="items_have_positions", fields=["round", "position"]),
            # An instance may be read aided and unaided in one round, by other raters.
            models.UniqueConstraint(
                name="an_instance_is_one_item_per_arm", fields=["round", "instance", "arm"],
                condition=Q(supersedes=None),
            ),
        ]  # fmt: skip
        indexes = [
            # How many a round has, and with which chances, is asked at every look at it.
            models.Index(name="items_of_a_round", fields=["round", "gold", "inclusion_probability"]),
            # Its sessions one by one (review.sessions.behind).
            models.Index(name="items_in_order", fields=["round", "gold", "position"]),
        ]

    def natural_key_parts(self):
        return (self.round.serial, self.position)


def in_closed_round(item: str) -> str:
    """SQL: the item of this id belongs to a closed round."""
    return (
        "EXISTS (SELECT 1 FROM review_item i JOIN review_round r ON r.id = i.round_id "
        f"WHERE i.id = {item} AND r.state = 'closed')"
    )


class SendState(models.TextChoices):
    PLANNED = "planned", _("to be sent")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    # Given back, and no longer in its reader's queue.
    REMOVED = "removed", _("taken out of the queue")
    # A judge model's: it is asked by us.
    NEVER = "never", _("not sent: a machine reads it")


def of_a_judge(reading: str) -> str:
    """SQL: the reading of this id is a judge model's, which counts for nothing (review.models.judges)."""
    return f"EXISTS (SELECT 1 FROM review_reading j WHERE j.id = {reading} AND j.send_state = 'never')"


def item_is_erased(item: str) -> str:
    """SQL: what the item of this id shows was made of a text that was erased."""
    return (
        "EXISTS (SELECT 1 FROM review_item e JOIN synthesis_instance n ON n.id = e.instance_id "
        f"WHERE e.id = {item} AND {source_is_erased('n.profile_id')})"
    )


def is_erased(item: Item) -> bool:
    """As it stands now, not when the item was read."""
    return Item.objects.erased().filter(pk=item.pk).exists()


def reading_is_erased(reading: str) -> str:
    """SQL: the same of the item of this reading."""
    return f"EXISTS (SELECT 1 FROM review_reading g WHERE g.id = {reading} AND {item_is_erased('g.item_id')})"


# Repeats whose time has not come.
_HIDDEN = Q(pass_number=2, task_id=None, send_state__in=[SendState.PLANNED, SendState.SENDING])


class Readings(models.QuerySet):
    def unsent(self):
        """What was given back before it went out never goes."""
        return self.filter(send_state__in=[SendState.PLANNED, SendState.SENDING], returned=None)

    def named(self, external_id: str):
        """By the id that Label Studio has; none where it is no id at all."""
        try:
            return self.filter(external_id=uuid.UUID(external_id))
        except ValueError:
            return self.none()

    def of_people(self):
        """And of simulations, who read in Label Studio as people do; but for those of judge models."""
        return self.exclude(send_state=SendState.NEVER)

    def of_judges(self):
        return self.filter(send_state=SendState.NEVER)

    def undecided(self):
        """Those that their reader has still to judge; a hidden repeat only from when it is put before her."""
        return self.of_people().filter(judged=False, returned=None).exclude(_HIDDEN)

    def kept(self):
        """But for those that were given back; what had been judged before stays its reader's."""
        return self.of_people().filter(Q(returned=None) | Q(judged=True))

    def shown(self):
        """As `kept`, but a hidden repeat only from when it is put before its reader."""
        return self.kept().exclude(_HIDDEN)

    def hidden(self):
        """Repeats that wait until they are put before their reader."""
        return self.filter(_HIDDEN)

    def put_before(self):
        """But for hidden repeats that wait until they are put before their reader."""
        return self.of_people().exclude(_HIDDEN)

    def planned(self):
        """Of each item as many as shall judge it: what was given back counts until somebody else has it."""
        return self.filter(pass_number=1, seat__observer=False, replaced_by=None)

    def waiting(self):
        """Given back unjudged, and nobody has them yet. A repeat, or a session with known answers, that is
        given back is nobody else's to make; nor is what was erased.
        """
        # By the returns, which are few.
        given_back = Return.objects.filter(reading__replaced_by=None, reading__judged=False).values("reading")
        found = self.filter(pk__in=given_back, pass_number=1, seat__observer=False, item__gold=None)
        return found.exclude(item__in=Item.objects.erased().order_by().values("pk"))


class Reading(models.Model):
    # Who reads what, in which order, under which name outside, is drawn once; only the sending goes on.
    # A judge model's is marked so, is never sent, and is never anybody else's.
    freezing = Freezing(
        update=another_column_changes("send_state", "sending_since", "task_id", "judged")
        + " OR (OLD.judged AND NOT NEW.judged)"
        + " OR (NEW.send_state IS DISTINCT FROM OLD.send_state AND 'never' IN (NEW.send_state, OLD.send_state))",
        delete="TRUE",
        insert="(NEW.send_state = 'never') <> EXISTS (SELECT 1 FROM review_seat s "
        "JOIN review_rater t ON t.id = s.rater_id WHERE s.id = NEW.seat_id AND s.observer AND t.kind = 'model')",
    )

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="readings")
    item = models.ForeignKey(Item, models.PROTECT, related_name="readings")
    # Pass 2 is a hidden repeat: it measures the rater and never enters standing. A judge model's count its repeats; of two
    # texts each repeat has two, one for each position.
    pass_number = models.PositiveSmallIntegerField(default=1)
    order = models.PositiveIntegerField()
    # Which of two texts stood left, for pairwise screens: "ab" or "ba".
    position_ab = models.CharField(max_length=2, blank=True)
    # What Label Studio sees of us: random, so nothing can be computed from it.
    external_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    content_hash = models.CharField(max_length=64)
    send_state = models.CharField(max_length=8, choices=SendState, default=SendState.PLANNED)
    sending_since = models.DateTimeField(null=True)
    task_id = models.PositiveBigIntegerField(null=True, db_index=True)
    # There is a decision on it, which is refused otherwise: what is still to be judged is found without reading what was.
    judged = models.BooleanField(default=False)
    # The one of another reader that was given back.
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    at = models.DateTimeField(auto_now_add=True)

    objects = Readings.as_manager()

    class Meta:
        ordering = ["seat", "order"]
        constraints = [
            models.UniqueConstraint(name="read_once_per_pass", fields=["seat", "item", "pass_number"]),
            models.UniqueConstraint(name="readings_have_an_order", fields=["seat", "order"]),
            models.CheckConstraint(
                name="first_or_repeat",
                condition=Q(pass_number__in=[1, 2]) | Q(send_state="never", pass_number__gte=1),
            ),
            models.CheckConstraint(
                name="a_machine_has_no_task",
                condition=~Q(send_state="never") | Q(task_id=None, replaces=None),
            ),
            models.CheckConstraint(
                name="sent_has_a_task", condition=~Q(send_state="sent") | Q(task_id__isnull=False)
            ),
        ]
        indexes = [
            # How many a reader has is counted in it, without reading them.
            models.Index(name="readings_of_a_seat", fields=["seat", "pass_number", "send_state"]),
            models.Index(name="readings_to_judge", fields=["seat"], condition=Q(judged=False)),
        ]


class Return(models.Model):
    """A reading that was given back unjudged: by its reader, who need not say why, or by a lead who hands it on."""

    freezing = APPEND_ONLY

    reading = models.OneToOneField(Reading, models.PROTECT, related_name="returned")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
