"""The speed targets, measured as ratios and times in one run. `make bench`."""
