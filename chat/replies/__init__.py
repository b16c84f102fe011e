"""What is said to a person: fixed texts, and the providers of generated replies."""
