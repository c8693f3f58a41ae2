"""Below the address of a guideline."""

from django.urls import path

from guidelines.translating import file_views, views

_TEXT = "translations/<slug:language>/<slug:key>/<int:n>/"

urlpatterns = [
    path("translations/", views.translations, name="translations"),
    path("translations/<slug:language>/", views.translation_list, name="translation_list"),
    path(
        "translations/<slug:language>/download/<str:format>/",
        file_views.translation_download,
        name="translation_download",
    ),
    path("translations/<slug:language>/import/", file_views.translation_import, name="translation_import"),
    path(
        "translations/<slug:language>/import/<uuid:token>/",
        file_views.translation_import_preview,
        name="translation_import_preview",
    ),
    path(_TEXT, views.translation_edit, name="translation_edit"),
    path(_TEXT + "step/", views.translation_step, name="translation_step"),
    path(_TEXT + "keep/", views.translation_keep, name="translation_keep"),
    path(_TEXT + "forget/", views.translation_forget, name="translation_forget"),
]
