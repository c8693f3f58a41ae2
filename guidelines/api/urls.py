"""Below /api/guidelines/. A `name` is the number of a version, or `draft`; a `key` names a pair or a dimension."""

from django.urls import path

from guidelines.api import entries, history, versions

AT = "<slug:slug>/versions/<str:name>/"

urlpatterns = [
    path("", versions.Guidelines.as_view(), name="api_guidelines"),
    path("<slug:slug>/", versions.Guideline.as_view(), name="api_guideline"),
    path("<slug:slug>/versions/", versions.Versions.as_view(), name="api_versions"),
    path("<slug:slug>/versions/<int:number>/retire/", versions.Retire.as_view(), name="api_retire"),
    path(AT, versions.Version.as_view(), name="api_version"),
    path(AT + "entries/", entries.Entries.as_view(), name="api_entries"),
    path(AT + "entries/<slug:key>/", entries.Entry.as_view(), name="api_entry"),
    path(AT + "entries/<slug:key>/move/", entries.Move.as_view(), name="api_entry_move"),
    path("<slug:slug>/draft/open/", versions.Open.as_view(), name="api_draft_open"),
    path("<slug:slug>/draft/submit/", versions.Submit.as_view(), name="api_draft_submit"),
    path("<slug:slug>/draft/send-back/", versions.SendBack.as_view(), name="api_draft_send_back"),
    path("<slug:slug>/draft/discard/", versions.Discard.as_view(), name="api_draft_discard"),
    path("<slug:slug>/draft/approve/", versions.Approve.as_view(), name="api_draft_approve"),
    path("<slug:slug>/draft/publish/", versions.Publish.as_view(), name="api_draft_publish"),
    path("<slug:slug>/history/<slug:key>/", history.History.as_view(), name="api_history"),
    path("<slug:slug>/restore/<slug:key>/", history.Restore.as_view(), name="api_restore"),
]
