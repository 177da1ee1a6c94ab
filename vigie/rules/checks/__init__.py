"""One rule a file. See `vigie.rules.view.Rule` for what a module here has to have."""
