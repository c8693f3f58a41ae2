"""Who may plan, steer and read runs. Lead only; a reviewer must not see what a run intended."""

from accounts.roles import Answer, may_lead


def may_plan(user) -> Answer:
    return may_lead(user)


def may_steer(user) -> Answer:
    return may_lead(user)


def may_read_runs(user) -> Answer:
    return may_lead(user)


def may_read_instance(user, instance) -> Answer:
    """The lead reads every instance; an adjudicator's own way there comes after her blind judgement
    (review).
    """
    return may_lead(user)


def may_load_profiles(user) -> Answer:
    return may_lead(user)
