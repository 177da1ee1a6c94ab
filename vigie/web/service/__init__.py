"""How the service is doing, who did what, and how it is set up: to be read, not to be changed."""
