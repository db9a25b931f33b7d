"""Who may log in, as what, and how: accounts, roles, sessions, second factors, single sign-on, and the log of all that.

`people.py` and `sign_on.py` are pure; `store.py` and its neighbours keep it all in one database; `web/` are the pages.
"""
