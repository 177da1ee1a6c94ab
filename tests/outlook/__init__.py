"""The Outlook add-in: its manifests, its pane in a real Chromium before a real `vigie web`, Outlook played by office.js beside this."""
