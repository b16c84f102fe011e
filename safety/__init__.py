"""Safety: levels, the engine that assesses words, incidents, and the alerts that tell humans."""
