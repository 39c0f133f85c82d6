"""Sign-in: access tokens, refresh cookies, CSRF, rate limit."""
