"""The moderators' console: pages of the staff's site, plain HTML forms first, made live by one script."""
