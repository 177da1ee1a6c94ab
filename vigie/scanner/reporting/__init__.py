"""From a confirmed fraud to those who can stop it: what is left out, what is written, when it goes. The channels: ../channels/."""
