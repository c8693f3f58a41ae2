from django.urls import include, path

from guidelines import (
    comparing_views,
    coverage_views,
    editing_views,
    import_views,
    keeping_views,
    printing_views,
    trail_views,
    unclear_views,
    views,
)

# A `key` names a pair or a dimension, as the guideline holds the one or the other.
urlpatterns = [
    path("", views.guidelines, name="guidelines"),
    path("<slug:slug>/", views.guideline, name="guideline"),
    path("<slug:slug>/coverage/", coverage_views.guideline_coverage, name="guideline_coverage"),
    path("<slug:slug>/trail/", trail_views.guideline_trail, name="guideline_trail"),
    path("<slug:slug>/versions/<str:name>/", views.guideline_version, name="guideline_version"),
    path(
        "<slug:slug>/versions/<str:name>/download/<str:format>/",
        import_views.guideline_download,
        name="guideline_download",
    ),
    path("<slug:slug>/versions/<str:name>/print/", printing_views.version_print, name="version_print"),
    path("<slug:slug>/versions/<str:name>/pdf/", printing_views.version_pdf, name="version_pdf"),
    path(
        "<slug:slug>/versions/<str:name>/cite/<str:format>/", printing_views.version_cite, name="version_cite"
    ),
    path("<slug:slug>/import/", import_views.guideline_import, name="guideline_import"),
    path(
        "<slug:slug>/import/<uuid:token>/",
        import_views.guideline_import_preview,
        name="guideline_import_preview",
    ),
    path("<slug:slug>/compare/", comparing_views.guideline_compare_chosen, name="guideline_compare_chosen"),
    path(
        "<slug:slug>/compare/<str:a>..<str:b>/", comparing_views.guideline_compare, name="guideline_compare"
    ),
    path("<slug:slug>/draft/open/", views.draft_open, name="draft_open"),
    path("<slug:slug>/draft/submit/", views.draft_submit, name="draft_submit"),
    path("<slug:slug>/draft/send-back/", views.draft_send_back, name="draft_send_back"),
    path("<slug:slug>/draft/discard/", views.draft_discard, name="draft_discard"),
    path("<slug:slug>/draft/approve/", views.draft_approve, name="draft_approve"),
    path("<slug:slug>/draft/publish/", views.draft_publish, name="draft_publish"),
    path("<slug:slug>/retire/<int:number>/", views.version_retire, name="version_retire"),
    path("<slug:slug>/new/", editing_views.pair_new, name="pair_new"),
    path("<slug:slug>/edit/<slug:key>/", editing_views.pair_edit, name="pair_edit"),
    path("<slug:slug>/card/<slug:key>/", editing_views.entry_card, name="entry_card"),
    path("<slug:slug>/names/", editing_views.entry_names, name="entry_names"),
    path("<slug:slug>/keep/", keeping_views.pair_keep, name="new_keep"),
    path("<slug:slug>/keep/<slug:key>/", keeping_views.pair_keep, name="pair_keep"),
    path("<slug:slug>/forget/", keeping_views.pair_forget, name="new_forget"),
    path("<slug:slug>/forget/<slug:key>/", keeping_views.pair_forget, name="pair_forget"),
    path("<slug:slug>/drop/<slug:key>/", editing_views.pair_drop, name="pair_drop"),
    path("<slug:slug>/move/<slug:key>/", editing_views.pair_move, name="pair_move"),
    path("<slug:slug>/history/<slug:key>/", comparing_views.pair_history, name="pair_history"),
    path("<slug:slug>/restore/<slug:key>/", editing_views.pair_restore, name="pair_restore"),
    path("<slug:slug>/unclear/<slug:key>/", unclear_views.entry_unclear, name="entry_unclear"),
    path("<slug:slug>/", include("guidelines.discussion.urls")),
    path("<slug:slug>/", include("guidelines.proposals.urls")),
    path("<slug:slug>/", include("guidelines.translating.urls")),
]
