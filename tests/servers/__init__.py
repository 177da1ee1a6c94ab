"""Real servers, private to one test process, on loopback: Dovecot, Knot, pymap, and one that misbehaves by script."""
