"""What the two web apps share: who is asking (session, token), layout, languages, problem details, security headers."""
