"""The addresses of the door."""

SIGN_IN = "/sign-in"
COMPANY = "/sign-in/company"
CALLBACK = "/oauth2callback"
WATCH = "/session"
