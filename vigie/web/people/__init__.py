"""Who may use the pages: signing in, passwords, second factors, invitations, profiles."""
