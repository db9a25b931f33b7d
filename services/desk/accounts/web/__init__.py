"""The pages of accounts: logging in, one's own account, the people of a team, the log."""
