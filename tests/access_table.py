"""Who may enter which address. `PUBLIC` needs no login; otherwise the set of roles that get in.

"nobody" is a person with an account and no role. Reading an object further depends on the object
(her own seat, her own dispute): those rules are tested beside their verbs.
"""

from accounts.models import Role

PUBLIC = None
ROLES = [Role.CLINICIAN, Role.ANNOTATOR, Role.ADJUDICATOR, Role.LEAD, "nobody"]
LEAD = {Role.LEAD}
EVERY_ROLE = {Role.CLINICIAN, Role.ANNOTATOR, Role.ADJUDICATOR, Role.LEAD}
EVERYBODY = {*EVERY_ROLE, "nobody"}

TABLE = {
    "": EVERYBODY,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "road/": LEAD,
    "road/progress/": LEAD,
    "settings/": LEAD,
    "settings/test/<slug:part>/": LEAD,
    "settings/endpoints/": LEAD,
    "settings/roles/": LEAD,
    "settings/nodes/": LEAD,
    "api/schema/": EVERYBODY,
}
