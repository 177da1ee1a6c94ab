"""Commands with their options, one file each. What a command does is loaded when it is called."""
