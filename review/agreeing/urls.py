from django.urls import path

from review.agreeing import leaving_views, marking_views, reading_views, views

urlpatterns = [
    path("", views.agreement, name="agreement"),
    path("rounds/", views.agreement_rounds, name="agreement_rounds"),
    path("by/<slug:cut>/", views.agreement_by, name="agreement_by"),
    path("marks/", marking_views.agreement_marks, name="agreement_marks"),
    path("answers/", views.agreement_answers, name="agreement_answers"),
    path("reviewers/", views.agreement_reviewers, name="agreement_reviewers"),
    path("rates/", views.agreement_rates, name="agreement_rates"),
    path("sessions/", reading_views.agreement_sessions, name="agreement_sessions"),
    path("methods/", leaving_views.agreement_methods, name="agreement_methods"),
    path("figures.json", leaving_views.agreement_json, name="agreement_json"),
    path("figures.csv", leaving_views.agreement_csv, name="agreement_csv"),
    path("ratings.csv", leaving_views.agreement_ratings, name="agreement_ratings"),
]
