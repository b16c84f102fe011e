"""How the sentence model is made: `manage.py train_safety_model`. Nothing here runs in the service."""
