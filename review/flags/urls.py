from django.urls import path

from review.flags import views

urlpatterns = [
    path("rounds/flags/", views.flags, name="flags"),
    path("rounds/flags/<uuid:public_id>/", views.flag, name="flag"),
    path("rounds/<uuid:public_id>/risk-lead/", views.round_risk_lead, name="round_risk_lead"),
    path("desk/flag/<uuid:reading>/", views.flag_raise, name="flag_raise"),
]
