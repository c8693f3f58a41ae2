"""Below the address of a guideline."""

from django.urls import path

from guidelines.proposals import views

urlpatterns = [
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/new/", views.proposal_new, name="proposal_new"),
    path("proposals/<int:n>/", views.proposal, name="proposal"),
    path("proposals/<int:n>/vote/", views.proposal_vote, name="proposal_vote"),
    path("proposals/<int:n>/take/", views.proposal_take, name="proposal_take"),
    path("proposals/<int:n>/merge/", views.proposal_merge, name="proposal_merge"),
    path("proposals/<int:n>/decline/", views.proposal_decline, name="proposal_decline"),
    path("proposals/<int:n>/withdraw/", views.proposal_withdraw, name="proposal_withdraw"),
]
