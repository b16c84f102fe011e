"""How well a release judges: `manage.py evaluate_safety`. Keeps figures and ids of labelled texts, never words."""
