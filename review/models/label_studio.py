"""What we keep about Label Studio: its servers, one account per reviewer on each, one project per seat and screen form,
and where a project differs from what we know.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.freezing import Freezing, another_column_changes
from review.models.raters import Rater
from review.models.readings import Arm, Reading
from review.models.rounds import Seat

ENVIRONMENT = "environment"


class Servers(models.QuerySet):
    def in_use(self):
        """Those that a new round may be put on."""
        return self.filter(retired_at=None)


class Server(models.Model):
    """A Label Studio, by a name of ours. The one called "environment" has everything else from the environment
    (`review.label_studio.connecting`); of another the token is in the variable `token_env`. A token is never stored.
    """

    name = models.SlugField(_("name"), unique=True)
    url = models.URLField(_("address"), max_length=300, blank=True)
    # What reviewers' browsers see: Label Studio itself where they have accounts of their own, and the gateway.
    public_url = models.URLField(_("address for browsers"), max_length=300, blank=True)
    gateway_url = models.URLField(_("address of the gateway"), max_length=300, blank=True)
    token_env = models.CharField(_("environment variable with the token"), max_length=80, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    # No new round comes here; what is under way goes on.
    retired_at = models.DateTimeField(null=True)

    objects = Servers.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="a_server_has_an_address", condition=Q(name=ENVIRONMENT) | (~Q(url="") & ~Q(token_env=""))
            ),
            models.UniqueConstraint(
                name="one_server_per_address", fields=["url"], condition=~Q(url="")
            ),
            models.UniqueConstraint(
                name="one_server_per_gateway", fields=["gateway_url"], condition=~Q(gateway_url="")
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name


class Account(models.Model):
    """A reviewer's own Label Studio account, made by us; its password is encrypted and kept server-side."""

    rater = models.ForeignKey(Rater, models.PROTECT, related_name="label_studio_accounts")
    server = models.ForeignKey(Server, models.PROTECT, related_name="accounts")
    email = models.EmailField(unique=True)
    ls_user_id = models.PositiveBigIntegerField(null=True)
    password_encrypted = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_account_on_a_server", fields=["rater", "server"]),
            models.UniqueConstraint(name="an_account_is_one_users", fields=["server", "ls_user_id"]),
        ]


class SeatProject(models.Model):
    """One Label Studio project: a seat's tasks of one form, with how far we have read it."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="projects")
    form = models.CharField(max_length=8, choices=Arm)
    server = models.ForeignKey(Server, models.PROTECT, related_name="projects")
    project_id = models.PositiveBigIntegerField(null=True)
    # Random, and written into the project: a server put back from a backup gives old ids to others.
    mark = models.CharField(max_length=32, blank=True)
    config = models.TextField()
    config_hash = models.CharField(max_length=64)
    webhook_id = models.PositiveBigIntegerField(null=True)
    # The server's own updated_at up to which everything has been read; moved after the commit only.
    watermark = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # When it was last read whole; emptied to ask for it (`comparing.ask`).
    compared_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="one_project_per_form", fields=["seat", "form"]),
            models.UniqueConstraint(name="a_project_is_one_seats", fields=["server", "project_id"]),
        ]


class DifferenceKind(models.TextChoices):
    PROJECT_GONE = (
        "project_gone",
        _(
            "The project is no longer there. What was not judged is sent again, into a new one; what was judged stands."
        ),
    )
    TASK_GONE = "task_gone", _("The task is no longer there. It is sent again.")
    JUDGED_TASK_GONE = "judged_task_gone", _("The task is no longer there. What was judged on it stands.")
    TASK_CHANGED = (
        "task_changed",
        _("The task no longer holds the words that we sent; a judgement on it does not count."),
    )
    STRANGE_TASK = "strange_task", _("A task that we did not send. A judgement on it does not count.")
    JUDGEMENT_GONE = "judgement_gone", _("The judgement was deleted there after we read it. It stands.")
    JUDGEMENT_OLDER = (
        "judgement_older",
        _("The judgement there is older than the one that we read, as after a restore. Ours stands."),
    )
    ACCOUNT_GONE = "account_gone", _("The reviewer's account was deleted; a new one was made.")
    ACCOUNT_RENAMED = (
        "account_renamed",
        _("The reviewer's account has another address; it is used under that."),
    )
    ACCOUNT_MOVED = (
        "account_moved",
        _("The reviewer's account has another number, as after a restore; it is used."),
    )


class Difference(models.Model):
    """What a project had otherwise than we know, when it was read whole. Over when a later reading no longer finds it."""

    freezing = Freezing(
        update=another_column_changes("over_at") + " OR OLD.over_at IS NOT NULL", delete="TRUE"
    )

    project = models.ForeignKey(SeatProject, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=20, choices=DifferenceKind)
    # The task or the annotation, by Label Studio's id; 0 where it is the project or the account.
    ls_id = models.PositiveBigIntegerField(default=0)
    reading = models.ForeignKey(Reading, models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField(auto_now_add=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="a_difference_is_told_once",
                fields=["project", "kind", "ls_id"],
                condition=Q(over_at=None),
            )
        ]
