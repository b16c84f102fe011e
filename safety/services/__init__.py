"""Every write of safety, and the checking of words under a time limit."""
