"""Below /api/guidelines/. A `name` is the number of a version, or `draft`; a `key` names a pair or a dimension."""

from django.urls import path

from guidelines.api import (
    compared,
    entries,
    files,
    history,
    proposals,
    threads,
    told,
    translated,
    translation_files,
    translations,
    versions,
)

AT = "<slug:slug>/versions/<str:name>/"
THREAD = "<slug:slug>/threads/<int:n>/"
PROPOSAL = "<slug:slug>/proposals/<int:n>/"
TRANSLATED = AT + "translations/<slug:language>/"
TRANSLATION = "<slug:slug>/translations/<slug:language>/"
TEXT = TRANSLATION + "<slug:key>/<int:n>/"

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
    path("<slug:slug>/compare/<str:a>..<str:b>/", compared.Compare.as_view(), name="api_compare"),
    path(AT + "dependents/", compared.Dependents.as_view(), name="api_dependents"),
    path("<slug:slug>/coverage/", compared.Coverage.as_view(), name="api_coverage"),
    path("<slug:slug>/trail/", told.Trail.as_view(), name="api_trail"),
    path(AT + "download/<str:format>/", files.Download.as_view(), name="api_download"),
    path("<slug:slug>/import/", files.Import.as_view(), name="api_import"),
    path("<slug:slug>/import/<uuid:token>/", files.Preview.as_view(), name="api_import_preview"),
    path("<slug:slug>/discussion/<slug:key>/", threads.Threads.as_view(), name="api_threads"),
    path(THREAD, threads.Thread.as_view(), name="api_thread"),
    path(THREAD + "resolve/", threads.Resolve.as_view(), name="api_thread_resolve"),
    path(THREAD + "reopen/", threads.Reopen.as_view(), name="api_thread_reopen"),
    path(THREAD + "<int:remark>/reword/", threads.Reword.as_view(), name="api_reword"),
    path(THREAD + "<int:remark>/take-back/", threads.TakeBack.as_view(), name="api_take_back"),
    path("<slug:slug>/proposals/", proposals.Proposals.as_view(), name="api_proposals"),
    path(PROPOSAL, proposals.Proposal.as_view(), name="api_proposal"),
    path(PROPOSAL + "vote/", proposals.Vote.as_view(), name="api_vote"),
    path(PROPOSAL + "take/", proposals.Take.as_view(), name="api_take"),
    path(PROPOSAL + "decline/", proposals.Decline.as_view(), name="api_decline"),
    path(PROPOSAL + "withdraw/", proposals.Withdraw.as_view(), name="api_withdraw"),
    path(AT + "translations/", translations.Languages.as_view(), name="api_translations"),
    path(TRANSLATED, translations.Lines.as_view(), name="api_translation_list"),
    path(
        TRANSLATED + "download/<str:format>/",
        translation_files.Download.as_view(),
        name="api_translation_download",
    ),
    path(TRANSLATION + "import/", translation_files.Import.as_view(), name="api_translation_import"),
    path(
        TRANSLATION + "import/<uuid:token>/",
        translation_files.Preview.as_view(),
        name="api_translation_import_preview",
    ),
    path(TEXT, translated.Text.as_view(), name="api_translation"),
    path(TEXT + "submit/", translated.Submit.as_view(), name="api_translation_submit"),
    path(TEXT + "send-back/", translated.SendBack.as_view(), name="api_translation_send_back"),
    path(TEXT + "approve/", translated.Approve.as_view(), name="api_translation_approve"),
]
