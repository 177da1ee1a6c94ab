"""The whole of it in a browser: Dovecot, `vigie run`, `vigie web` and Debian's Chromium, as people have them."""
