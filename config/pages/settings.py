"""Settings: endpoints, models per role, Label Studio, nodes, people; each with a test button."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import roles
from accounts.models import User
from config.pages import health, trail
from exports import nodes
from exports.models import Node
from review.forms import ServerForm
from review.label_studio import connecting as label_studios
from review.welfare import providing
from review.welfare.forms import Providing
from synthesis import cast, choice_words, connecting, probing
from synthesis.models import Endpoint, ModelRole
from synthesis.recipes import RECIPES, ROLES


class EndpointForm(forms.ModelForm):
    base_url = forms.URLField(
        label=gettext_lazy("Address"),
        max_length=300,
        assume_scheme="https",
        help_text=gettext_lazy("The address of an OpenAI-compatible server, ending in /v1."),
    )

    class Meta:
        model = Endpoint
        fields = ["name", "base_url", "key_env"]
        help_texts = {
            "key_env": gettext_lazy(
                "The key itself is never stored: name the environment variable that holds it."
            ),
        }

    def clean_key_env(self):
        if reason := cast.key_problem(self.cleaned_data["key_env"]):
            raise forms.ValidationError(reason)
        return self.cleaned_data["key_env"]

    def clean_name(self):
        if (name := self.cleaned_data["name"]) in health.PARTS:
            raise forms.ValidationError(_("This is the name of a part of the installation; choose another."))
        return name

    def clean(self):
        """The environment's own endpoint is set again from there before every run."""
        given = super().clean()
        address = settings.OPENAI_BASE_URL
        if given.get("name") == cast.ENVIRONMENT and address and given.get("base_url", address) != address:
            reason = _("This address comes from OPENAI_BASE_URL. Add another endpoint, under another name.")
            self.add_error("base_url", reason)
        return given


class PriceForm(forms.Form):
    """What a million tokens cost at an endpoint."""

    endpoint = forms.ModelChoiceField(
        Endpoint.objects.order_by("name"),
        to_field_name="name",
        empty_label=None,
        label=gettext_lazy("Endpoint"),
    )
    tokens_in = forms.DecimalField(
        min_value=0, max_value=999_999, label=gettext_lazy("A million tokens that the model reads")
    )
    tokens_out = forms.DecimalField(
        min_value=0, max_value=999_999, label=gettext_lazy("A million tokens that it writes")
    )
    currency = forms.RegexField(
        r"^\s*[A-Za-z]{3}\s*$", initial="EUR", label=gettext_lazy("Currency"),
        error_messages={"invalid": gettext_lazy("Three letters, such as EUR.")},
    )  # fmt: skip

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("tokens_in", "tokens_out"):
            self.fields[name].widget.attrs["step"] = "any"
        self.fields["currency"].widget.attrs |= {"size": 4, "maxlength": 3}

    def clean_currency(self):
        return self.cleaned_data["currency"].strip().upper()


class NodeForm(forms.ModelForm):
    class Meta:
        model = Node
        fields = ["name"]


def roles_in_words() -> list[tuple[str, object]]:
    """In the reader's language. Those of one recipe stand together under its name; before them what several ask for."""
    several = gettext_lazy("Asked for by several recipes")
    groups: dict[object, list] = {several: []} | {name: [] for name in RECIPES}
    for role in ROLES[1:]:
        plays = [name for name, recipe in RECIPES.items() if role in recipe.sees]
        declares = [name for name in plays if role in RECIPES[name].role_words]
        group = (declares or plays)[0] if declares or len(plays) == 1 else several
        groups[group].append((role, choice_words.role(role)))
    usual = ROLES[0]
    told = [
        (choice_words.recipe(group) if group in RECIPES else group, of) for group, of in groups.items() if of
    ]
    return [(usual, choice_words.role(usual)), *told]


class RoleForm(forms.ModelForm):
    role = forms.ChoiceField(choices=roles_in_words, label=gettext_lazy("Role"))
    temperature = forms.FloatField(min_value=0, max_value=2, initial=0.7, label=gettext_lazy("Temperature"))

    class Meta:
        model = ModelRole
        fields = ["role", "endpoint", "model"]

    def validate_unique(self):
        """Saving a role that stands replaces it."""


def shown(request, status: int = 200, **more):
    context = {
        "endpoints": Endpoint.objects.order_by("name"),
        "model_roles": ModelRole.objects.select_related("endpoint").order_by("role"),
        "nodes": Node.objects.filter(retired_at=None).order_by("name"),
        "people": User.objects.filter(is_active=True).count(),
        "parts": {name: check() for name, check in health.PARTS.items()},
        "endpoint_form": EndpointForm(),
        "role_form": RoleForm(),
        "price_form": PriceForm(),
        "welfare": providing.provided(),
        "contact": providing.contact(),
        "welfare_form": Providing(now=providing.provided()),
        "servers": [{"row": row, "place": label_studios.place(row)} for row in label_studios.known()],
        "server_form": ServerForm(),
        "acts": trail.of_settings(),
        "sees_addresses": True,
        **more,
    }
    return render(request, "settings.html", context, status=status)


def page(request):
    roles.require(roles.may_lead(request.user))
    return shown(request)


def test(request, part: str):
    """Test one part now and say what it answered. A GET shows the same: testing changes nothing but the probe."""
    roles.require(roles.may_lead(request.user))
    if part in health.PARTS:
        return render(request, "_part.html", {"name": part, "part": health.PARTS[part]()})
    endpoint = Endpoint.objects.filter(name=part).first()
    if endpoint is None:
        raise Http404
    if request.method == "POST":
        probing.probe(endpoint)
    return render(request, "_probe.html", {"endpoint": endpoint})


def _sent(request, name: str) -> str:
    """What PostgreSQL can be asked for; the form says what is wrong with the rest."""
    return request.POST.get(name, "").replace("\0", "")


def save_endpoint(request):
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    existing = Endpoint.objects.filter(name=_sent(request, "name")).first()
    form = EndpointForm(request.POST, instance=existing)
    if not form.is_valid():
        return shown(request, status=400, endpoint_form=form)
    connecting.save_endpoint(**form.cleaned_data, by=request.user)
    messages.success(request, _("Endpoint saved. Test it now."))
    return redirect("settings")


def set_price(request):
    """What an endpoint costs, so that money can be foretold, counted and bounded."""
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    form = PriceForm(request.POST)
    if not form.is_valid():
        return shown(request, status=400, price_form=form)
    sent = form.cleaned_data
    row = connecting.set_price(**sent | {"endpoint": sent["endpoint"].name}, by=request.user)
    messages.success(
        request, _("The price of %s is set. Replies that came before count at it too.") % row.name
    )
    return redirect("settings")


def save_role(request):
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    existing = ModelRole.objects.filter(role=_sent(request, "role")).first()
    form = RoleForm(request.POST, instance=existing)
    if not form.is_valid():
        return shown(request, status=400, role_form=form)
    connecting.save_role(**form.cleaned_data, by=request.user)
    messages.success(request, _("Role saved; runs planned from now on use it."))
    return redirect("settings")


def save_welfare(request):
    """Whom readers can turn to, the local protocol, the most that anybody judges in a day."""
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    form = Providing(request.POST)
    if form.is_valid():
        try:
            providing.provide(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            for field, reasons in error.message_dict.items():
                form.add_error(field, reasons)
        else:
            messages.success(request, _("Saved. Reviewers see it on their desk and above each task."))
            return redirect("settings")
    return shown(request, status=400, welfare_form=form)


def make_node(request):
    """Make a node's token; it is shown once."""
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    form = NodeForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the node a short name that no other node has."))
        return redirect("settings")
    node, token = nodes.make_node(name=form.cleaned_data["name"], by=request.user)
    return shown(request, new_node=node, new_token=token)


def retire_node(request, pk: int):
    """Withdraw a node's token: it was lost, or the machine is no longer ours."""
    roles.require(roles.may_lead(request.user))
    if request.method != "POST":
        return redirect("settings")
    node = nodes.retire(node=get_object_or_404(Node, pk=pk), by=request.user)
    messages.success(request, _("The token of %s is withdrawn; the node is refused from now on.") % node.name)
    return redirect("settings")
