"""Below the address of a guideline."""

from django.urls import path

from guidelines.discussion import views

urlpatterns = [
    path("discussion/<slug:key>/", views.discussion, name="discussion"),
    path("threads/<int:n>/", views.thread, name="thread"),
    path("threads/<int:n>/resolve/", views.thread_resolve, name="thread_resolve"),
    path("threads/<int:n>/reopen/", views.thread_reopen, name="thread_reopen"),
    path("threads/<int:n>/<int:remark>/reword/", views.remark_reword, name="remark_reword"),
    path("threads/<int:n>/<int:remark>/take-back/", views.remark_take_back, name="remark_take_back"),
]
