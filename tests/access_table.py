"""Who may enter which address. `PUBLIC` needs no login; otherwise the set of roles that get in.

"nobody" is a person with an account and no role. Reading an object further depends on the object
(her own seat, her own dispute): those rules are tested beside their verbs.
"""

from accounts.models import Role

PUBLIC = None
ROLES = [Role.CLINICIAN, Role.ANNOTATOR, Role.ADJUDICATOR, Role.LEAD, "nobody"]
LEAD = {Role.LEAD}
# Doors that no person opens, whatever her roles: a training node's token does.
NODES_ONLY = set()
CLINICIAN = {Role.CLINICIAN}
# What colleagues say of a text could sway whoever judges by it.
DISCUSSING = {Role.CLINICIAN, Role.LEAD}
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
    "settings/nodes/<int:pk>/retire/": LEAD,
    "login/": PUBLIC,
    "logout/": PUBLIC,
    "join/<str:token>/": PUBLIC,
    "people/": LEAD,
    "people/<uuid:public_id>/roles/": LEAD,
    "people/<uuid:public_id>/password-link/": LEAD,
    "people/invitations/<int:pk>/withdraw/": LEAD,
    "me/": EVERYBODY,
    "me/record/": {Role.ANNOTATOR, Role.ADJUDICATOR},
    "me/password/": EVERYBODY,
    "guidelines/": EVERY_ROLE,
    "guidelines/<slug:slug>/": EVERY_ROLE,
    "guidelines/<slug:slug>/versions/<str:name>/": EVERY_ROLE,
    "guidelines/<slug:slug>/compare/<str:a>..<str:b>/": EVERY_ROLE,
    "guidelines/<slug:slug>/history/<slug:key>/": EVERY_ROLE,
    "guidelines/<slug:slug>/draft/open/": CLINICIAN,
    "guidelines/<slug:slug>/draft/submit/": CLINICIAN,
    "guidelines/<slug:slug>/draft/send-back/": CLINICIAN,
    "guidelines/<slug:slug>/draft/discard/": CLINICIAN,
    "guidelines/<slug:slug>/draft/approve/": CLINICIAN,
    "guidelines/<slug:slug>/new/": CLINICIAN,
    "guidelines/<slug:slug>/edit/<slug:key>/": CLINICIAN,
    "guidelines/<slug:slug>/drop/<slug:key>/": CLINICIAN,
    "guidelines/<slug:slug>/move/<slug:key>/": CLINICIAN,
    "guidelines/<slug:slug>/restore/<slug:key>/": CLINICIAN,
    "guidelines/<slug:slug>/draft/publish/": {Role.CLINICIAN, Role.LEAD},
    "guidelines/<slug:slug>/retire/<int:number>/": {Role.CLINICIAN, Role.LEAD},
    "guidelines/<slug:slug>/discussion/<slug:key>/": DISCUSSING,
    "guidelines/<slug:slug>/threads/<int:n>/": DISCUSSING,
    "guidelines/<slug:slug>/threads/<int:n>/resolve/": DISCUSSING,
    "guidelines/<slug:slug>/threads/<int:n>/reopen/": DISCUSSING,
    "guidelines/<slug:slug>/threads/<int:n>/<int:remark>/reword/": DISCUSSING,
    "guidelines/<slug:slug>/threads/<int:n>/<int:remark>/take-back/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/new/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/<int:n>/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/<int:n>/vote/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/<int:n>/withdraw/": DISCUSSING,
    "guidelines/<slug:slug>/proposals/<int:n>/take/": CLINICIAN,
    "guidelines/<slug:slug>/proposals/<int:n>/merge/": CLINICIAN,
    "guidelines/<slug:slug>/proposals/<int:n>/decline/": CLINICIAN,
    "discussions/": DISCUSSING,
    "corrections/": DISCUSSING,
    "corrections/<uuid:public_id>/": DISCUSSING,
    "profiles/": LEAD,
    "profiles/<uuid:public_id>/": LEAD,
    "runs/": LEAD,
    "runs/plan/": LEAD,
    "runs/<uuid:public_id>/": LEAD,
    "runs/<uuid:public_id>/progress/": LEAD,
    "runs/<uuid:public_id>/steer/": LEAD,
    "instances/<uuid:public_id>/": LEAD,
    "rounds/": LEAD,
    "rounds/new/": LEAD,
    "rounds/<uuid:public_id>/": LEAD,
    "rounds/<uuid:public_id>/close/": LEAD,
    "rounds/<uuid:public_id>/sync/": LEAD,
    "agreement/": LEAD,
    "desk/": {Role.ANNOTATOR},
    "desk/mine/": {Role.ANNOTATOR},
    "disputes/": {Role.ADJUDICATOR},
    "disputes/<uuid:public_id>/": {Role.ADJUDICATOR},
    # Opened by Label Studio with its secret; a GET is no hint.
    "hooks/label-studio/": PUBLIC,
    "api/rounds/": LEAD,
    "api/rounds/<uuid:public_id>/": LEAD,
    "datasets/": LEAD,
    "datasets/freeze/": LEAD,
    "datasets/<uuid:dataset>/": LEAD,
    "datasets/<uuid:dataset>/download/": LEAD,
    "datasets/<uuid:dataset>/train/": LEAD,
    "training/": LEAD,
    "training/<uuid:run>/": LEAD,
    "training/<uuid:run>/cancel/": LEAD,
    "training/<uuid:run>/artifact/": LEAD,
    "api/node/claim/": NODES_ONLY,
    "api/node/runs/<uuid:run>/heartbeat/": NODES_ONLY,
    "api/node/runs/<uuid:run>/files/<path:name>": NODES_ONLY,
    "api/node/runs/<uuid:run>/artifact/": NODES_ONLY,
    "api/node/runs/<uuid:run>/finish/": NODES_ONLY,
    "api/schema/": EVERYBODY,
}
