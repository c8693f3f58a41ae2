"""Rows as data: what the shapes describe."""

from guidelines.api.representing import moment, person
from synthesis import tiers
from synthesis.estimating import Estimate, Spread
from synthesis.models import Call, Instance, Profile, Run
from synthesis.spending import Spent
from synthesis.watching import Watched


def version_name(version) -> str | None:
    """None where the recipe plays no mistakes of a guideline."""
    return f"{version.guideline.slug}@{version.number}" if version else None


def run(one: Run, found: Watched) -> dict:
    return {
        "id": str(one.public_id),
        "serial": one.serial,
        "purpose": one.purpose,
        "recipe": one.recipe,
        "guideline": version_name(one.version),
        "state": found.state,
        "why": one.why,
        "counts": found.counts,
        "planned_by": person(one.planned_by),
        "planned_at": moment(one.planned_at),
    }


def run_in_full(one: Run, found: Watched) -> dict:
    return run(one, found) | {
        "seed": one.seed,
        "parameters": one.parameters,
        "factors": one.factors,
        "models": one.model_specs,
        "prompts": one.prompts,
        "concurrency": one.concurrency,
        "budget": one.budget,
    }


def spread(found: Spread | None) -> dict | None:
    return {"low": found.low, "middle": found.middle, "high": found.high} if found else None


def estimate(found: Estimate) -> dict:
    money = found.money or {}
    return {
        "sessions": found.sessions,
        "judged_by": found.looked_at,
        "same_settings": found.alike,
        "calls": spread(found.calls),
        "tokens": spread(found.tokens),
        "seconds": spread(found.seconds),
        "money": None
        if found.money is None
        else [{"currency": currency, **spread(one)} for currency, one in money.items()],
        "unknown": found.unknown,
        "roles": [
            {
                "role": took.role,
                "endpoint": took.endpoint,
                "model": took.model,
                "sessions": took.sessions,
                "calls": spread(took.calls),
                "tokens_in": spread(took.tokens_in),
                "tokens_out": spread(took.tokens_out),
                "seconds": spread(took.seconds),
            }
            for took in found.roles
        ],
    }


def spent(found: Spent) -> dict:
    return {
        "calls": found.calls,
        "tokens_in": found.tokens_in,
        "tokens_out": found.tokens_out,
        "money": None if found.money is None else f"{found.money:f}",
        "currency": found.currency,
        "seconds": round(found.seconds, 3),
        "unpriced": found.unpriced,
        "uncounted": found.uncounted,
    }


def session_line(one: Instance, *, tells: bool) -> dict:
    """A line of a list. `tells`: what was intended may be told of every session of its run."""
    pair = one.pair_revision.pair.key if one.pair_revision else None
    return {
        "id": str(one.public_id),
        "state": one.state,
        "failure": one.failure,
        "made_at": moment(one.made_at),
        "told": tells,
        "client": one.profile.key if tells and one.profile else None,
        "intended": pair if tells else None,
        "factors": one.factors if tells else None,
        "sample": one.sample if tells else None,
    }


def session(one: Instance) -> dict:
    """Whole; its marks are to be loaded."""
    return session_line(one, tells=True) | {
        "run": str(one.run.public_id) if one.run else None,
        "origin": one.origin,
        "recipe": one.recipe,
        "guideline": version_name(one.version),
        "parent": str(one.parent.public_id) if one.parent else None,
        "tier": tiers.tier_in_force(one),
        "held": tiers.held(one),
        "marks": [
            {"kind": mark.kind, "tier": mark.tier, "reason": mark.reason, "at": moment(mark.at),
             "by": mark.by.name if mark.by else mark.by_machine}
            for mark in sorted(one.marks.all(), key=lambda mark: mark.pk)
        ],
        "digest": one.digest,
        "content": one.content,
    }  # fmt: skip


def call_line(one: Call) -> dict:
    return {
        "key": one.key,
        "role": one.role,
        "step": one.step,
        "attempt": one.attempt,
        "endpoint": one.endpoint,
        "model": one.model,
        "sampling": one.sampling,
        "seed": one.seed,
        "finish_reason": one.finish_reason,
        "tokens_in": one.tokens_in,
        "tokens_out": one.tokens_out,
        "latency_ms": one.latency_ms,
        "price": None if one.price is None else f"{one.price:f}",
        "at": moment(one.at),
    }


def call(one: Call) -> dict:
    return call_line(one) | {"messages": one.messages, "text": one.text, "reply": one.reply}


def profile_line(one: Profile) -> dict:
    return {
        "id": str(one.public_id),
        "key": one.key,
        "n": one.n,
        "kind": one.kind,
        "name": one.name,
        "style": one.style,
        "tier": one.tier,
        "language": one.language,
        "origin": one.origin,
        "licence": one.licence,
        "may_leave_machine": one.may_leave_machine,
    }


def profile(one: Profile) -> dict:
    return profile_line(one) | {
        "consent": one.consent,
        "base_case": one.base_case,
        "allowed_endpoints": one.allowed_endpoints,
        "digest": one.digest,
        "content": one.content,
    }
