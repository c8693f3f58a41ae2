from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.urls import path, reverse_lazy

from accounts import token_views, trail_views, views
from accounts.forms import ChangePasswordForm, LogInForm

log_in = LoginView.as_view(
    template_name="accounts/login.html", authentication_form=LogInForm, redirect_authenticated_user=True
)
password = PasswordChangeView.as_view(
    template_name="accounts/password.html", form_class=ChangePasswordForm, success_url=reverse_lazy("me")
)

urlpatterns = [
    path("login/", log_in, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("join/<str:token>/", views.join, name="join"),
    path("people/", views.people, name="people"),
    path("people/trail/", trail_views.people_trail, name="people_trail"),
    path("people/<uuid:public_id>/roles/", views.person_roles, name="person_roles"),
    path("people/<uuid:public_id>/password-link/", views.person_password_link, name="person_password_link"),
    path("people/invitations/<int:pk>/withdraw/", views.invitation_withdraw, name="invitation_withdraw"),
    path("me/", views.me, name="me"),
    path("me/record/", views.reviewer_record, name="reviewer_record"),
    path("me/password/", password, name="password"),
    path("me/tokens/", token_views.tokens, name="tokens"),
    path("me/tokens/<int:pk>/end/", token_views.token_end, name="token_end"),
]
