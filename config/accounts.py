"""Settings of django-allauth: how people sign in. Nobody signs up: a manager invites them."""

from __future__ import annotations

from typing import Any

from config.environment import read_flag, read_integer, read_text

LOGIN_URL = "annotations:sign_in"
LOGIN_REDIRECT_URL = "annotations:article_list"
LOGOUT_REDIRECT_URL = "annotations:sign_in"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]

ACCOUNT_ADAPTER = "annotations.sign_in_rules.Rules"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "On Record: "
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Passwords tried are counted by the rules above, in one statement, for all processes; the limits
# on codes of a second factor, on mails and on changes are the library's own.
ACCOUNT_RATE_LIMITS: dict[str, Any] = {"login": None}

MFA_ADAPTER = "annotations.sign_in_rules.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "On Record"
# A browser takes passkeys by https, and by http from its own machine only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not read_text("PUBLIC_URL").startswith("https:")

# One's own identity provider: it signs in people whose address is known here, and makes nobody.
OIDC_SERVER_URL = read_text("OIDC_SERVER_URL")
SOCIALACCOUNT_ADAPTER = "annotations.sign_in_rules.ProviderRules"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": read_text("OIDC_NAME", "your organisation"),
                "client_id": read_text("OIDC_CLIENT_ID"),
                "secret": read_text("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}

# Without a mail server nothing is sent, and the pages say so.
EMAIL_HOST = read_text("EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_PORT = read_integer("EMAIL_PORT", 587, minimum=1)
EMAIL_HOST_USER = read_text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = read_text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = read_flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = read_text("EMAIL_FROM", "On Record <on-record@localhost>")
